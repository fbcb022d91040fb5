// A loss's graph (losses/graph.py), computed: `compile` makes of it a function of one batch. All tensors are
// Float64Arrays in row order; truth values are 1 and 0. Shapes are known, so nothing is allocated later.

const UNARY = {
  abs: Math.abs, ceil: Math.ceil, cos: Math.cos, exp: Math.exp, expm1: Math.expm1, floor: Math.floor,
  isinf: (x) => +(Math.abs(x) === Infinity), isnan: (x) => +Number.isNaN(x), log: Math.log, log10: Math.log10,
  log1p: Math.log1p, log2: Math.log2, logical_not: (x) => +!x, bitwise_not: (x) => +!x, neg: (x) => -x,
  reciprocal: (x) => 1 / x, relu: (x) => (x < 0 ? 0 : x), rsqrt: (x) => 1 / Math.sqrt(x),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)), sign: Math.sign, sin: Math.sin, sqrt: Math.sqrt, tanh: Math.tanh,
};
const BINARY = {
  add: (x, y) => x + y, sub: (x, y) => x - y, mul: (x, y) => x * y, div: (x, y) => x / y, pow: power,
  maximum: Math.max, minimum: Math.min, atan2: Math.atan2,
  eq: (x, y) => +(x === y), ne: (x, y) => +(x !== y), lt: (x, y) => +(x < y), le: (x, y) => +(x <= y),
  gt: (x, y) => +(x > y), ge: (x, y) => +(x >= y),
  logical_and: (x, y) => +(x && y), logical_or: (x, y) => +(x || y),
  bitwise_and: (x, y) => +(x && y), bitwise_or: (x, y) => +(x || y),
};
const TERNARY = {
  where: (condition, x, y) => (condition ? x : y),
  clamp: (x, low, high) => (x < low ? low : x > high ? high : x),
};
// What a reduction begins with, and how it takes one value more.
const REDUCTIONS = {
  sum: [0, (sum, x) => sum + x], mean: [0, (sum, x) => sum + x], prod: [1, (product, x) => product * x],
  amax: [-Infinity, Math.max], max: [-Infinity, Math.max], amin: [Infinity, Math.min], min: [Infinity, Math.min],
  any: [0, (found, x) => +(found || x)], all: [1, (found, x) => +(found && x)],
};
const RESHAPED = new Set(["view", "reshape", "unsqueeze", "squeeze", "clone", "alias", "detach"]);

// In JavaScript 1 ** NaN and 1 ** Infinity are NaN; elsewhere they are 1.
function power(x, y) {
  return x === 1 ? 1 : x ** y;
}

function sizeOf(shape) {
  return shape.reduce((product, side) => product * side, 1);
}

// For each place of a tensor of shape `to`, the place in one of shape `from` that is broadcast to it.
function spread(from, to) {
  const places = new Int32Array(sizeOf(to));
  for (let place = 0; place < places.length; place++) {
    let rest = place, stride = 1;
    for (let axis = to.length - 1; axis >= 0; axis--) {
      const at = rest % to[axis], side = from[axis - to.length + from.length] ?? 1;
      rest = (rest - at) / to[axis];
      if (side !== 1) places[place] += at * stride;
      stride *= side;
    }
  }
  return places;
}

// A tensor as rows along one axis: how many lie before it, its length, and how many after it.
function along(shape, axis) {
  const at = axis < 0 ? axis + shape.length : axis;
  return [sizeOf(shape.slice(0, at)), shape[at], sizeOf(shape.slice(at + 1))];
}

function elementwise(compute, operands, shape, out) {
  const read = operands.map((operand) => [operand.data, spread(operand.shape, shape)]);
  const [[a, ofA], [b, ofB] = [], [c, ofC] = []] = read;
  if (read.length === 1) return () => { for (let i = 0; i < out.length; i++) out[i] = compute(a[ofA[i]]); };
  if (read.length === 2) {
    return () => { for (let i = 0; i < out.length; i++) out[i] = compute(a[ofA[i]], b[ofB[i]]); };
  }
  return () => { for (let i = 0; i < out.length; i++) out[i] = compute(a[ofA[i]], b[ofB[i]], c[ofC[i]]); };
}

function reduction(name, { data, shape }, axes, out) {
  const [start, take] = REDUCTIONS[name];
  const given = axes === undefined || axes === null ? [] : [axes].flat();
  const gone = new Set(given.length ? given.map((axis) => (axis + shape.length) % shape.length) : shape.keys());
  const places = spread(shape.map((side, axis) => (gone.has(axis) ? 1 : side)), shape);
  const share = name === "mean" ? out.length / data.length : 1;
  return () => {
    out.fill(start);
    for (let i = 0; i < data.length; i++) out[places[i]] = take(out[places[i]], data[i]);
    if (share !== 1) for (let i = 0; i < out.length; i++) out[i] *= share;
  };
}

function softmax({ data, shape }, axis, logarithm, out) {
  const [before, length, after] = along(shape, axis);
  return () => {
    for (let row = 0; row < before * after; row++) {
      const first = Math.floor(row / after) * length * after + (row % after);
      let most = -Infinity, sum = 0;
      for (let k = 0; k < length; k++) most = Math.max(most, data[first + k * after]);
      for (let k = 0; k < length; k++) sum += Math.exp(data[first + k * after] - most);
      for (let k = 0; k < length; k++) {
        const log = data[first + k * after] - most - Math.log(sum);
        out[first + k * after] = logarithm ? log : Math.exp(log);
      }
    }
  };
}

// Along one axis `index` says where each value comes from (gather) or goes to (scatter).
function indexed(shape, axis, index) {
  const [, length, after] = along(index.shape, axis), side = along(shape, axis)[1];
  const row = (i) => Math.floor(i / (length * after));
  return (i) => (row(i) * side + index.data[i]) * after + (i % after);
}

function gather(from, axis, index, out) {
  const place = indexed(from.shape, axis, index);
  return () => { for (let i = 0; i < out.length; i++) out[i] = from.data[place(i)]; };
}

function scatter(into, axis, index, source, adds, out) {
  const place = indexed(into.shape, axis, index), from = spread(source.shape, index.shape);
  return () => {
    out.set(into.data);
    for (let i = 0; i < index.data.length; i++) {
      out[place(i)] = source.data[from[i]] + (adds ? out[place(i)] : 0);
    }
  };
}

// One node's computation; null where it is done once and for all.
function stepOf({ op, args, shape }, operand, out) {
  const [first, second, third] = args;
  const fixed = (compute) => { for (let i = 0; i < out.length; i++) out[i] = compute(i); return null; };
  const number = (given) => operand(given).data[0];
  if (op === "full" || op === "full_like") return fixed(() => number(second));
  if (op === "scalar_tensor") return fixed(() => number(first));
  if (op === "arange") return fixed((i) => first + i * third);
  if (op in UNARY) return elementwise(UNARY[op], [operand(first)], shape, out);
  if ((op === "add" || op === "sub") && third !== 1 && third !== undefined) {
    const sign = (op === "sub" ? -1 : 1) * number(third);
    return elementwise((x, y) => x + sign * y, [operand(first), operand(second)], shape, out);
  }
  if (op in BINARY) return elementwise(BINARY[op], [operand(first), operand(second)], shape, out);
  if (op === "clamp") {
    const ends = [operand(second ?? { number: "-Infinity" }), operand(third ?? { number: "Infinity" })];
    return elementwise(TERNARY.clamp, [operand(first), ...ends], shape, out);
  }
  if (op in TERNARY) return elementwise(TERNARY[op], args.slice(0, 3).map(operand), shape, out);
  if (op in REDUCTIONS) return reduction(op, operand(first), second, out);
  if (op === "_softmax" || op === "_log_softmax") return softmax(operand(first), second, op !== "_softmax", out);
  if (op === "gather") return gather(operand(first), second, operand(third), out);
  if (op === "scatter" || op === "scatter_add") {
    return scatter(operand(first), second, operand(third), operand(args[3]), op !== "scatter", out);
  }
  if (op === "_to_copy" && second?.whole) return elementwise(Math.trunc, [operand(first)], shape, out);
  if (RESHAPED.has(op) || op === "_to_copy") return elementwise((x) => x, [{ ...operand(first), shape }], shape, out);
  if (op === "expand") return elementwise((x) => x, [operand(first)], shape, out);
  if (op === "copy_") return elementwise((x) => x, [operand(second)], shape, out);
  throw new Error(`the operation ${op} is not known here`);
}

// Of a graph a function (logits, target, counts) -> { values, gradient }; both are written anew at each call.
function compile({ nodes, outputs }) {
  const tensors = nodes.map(({ shape }) => ({ data: new Float64Array(sizeOf(shape)), shape }));
  const operand = (given) => {
    if (typeof given === "object" && given !== null && "node" in given) return tensors[given.node];
    return { data: Float64Array.of(Number(given?.number ?? given)), shape: [] };
  };
  const steps = [];
  nodes.forEach((node, place) => {
    const step = "op" in node ? stepOf(node, operand, tensors[place].data) : null;
    if (step) steps.push(step);
  });
  const [values, gradient] = outputs.map((place) => tensors[place].data);
  return (...inputs) => {
    inputs.forEach((input, place) => tensors[place].data.set(input));
    for (const step of steps) step();
    return { values, gradient };
  };
}
