// A small network of tanh layers, its backpropagation, and Adam (Kingma and Ba 2015, https://arxiv.org/abs/1412.6980).
// Weights lie in one Float64Array: of each layer first the matrix (outputs, inputs), then the biases.

// Numbers in 0..1 that follow from the seed alone (mulberry32).
function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

// Box-Muller: a normal number from two uniform ones.
function normal(random) {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

// A network for up to `rows` examples at once. Weights are drawn as Glorot and Bengio 2010 do, biases are 0.
function makeNetwork(sizes, seed, rows) {
  const random = randomFrom(seed), layers = [];
  let length = 0;
  for (let index = 0; index + 1 < sizes.length; index++) {
    const [inputs, outputs] = [sizes[index], sizes[index + 1]];
    layers.push({ inputs, outputs, at: length, biases: length + inputs * outputs });
    length += (inputs + 1) * outputs;
  }
  const weights = new Float64Array(length);
  for (const { inputs, outputs, at, biases } of layers) {
    const reach = Math.sqrt(6 / (inputs + outputs));
    for (let i = at; i < biases; i++) weights[i] = reach * (2 * random() - 1);
  }
  return {
    layers, weights, gradient: new Float64Array(length), mean: new Float64Array(length),
    square: new Float64Array(length), step: 0, places: placesFor(layers, rows), back: placesFor(layers, rows),
  };
}

// Room for what each layer gives for so many examples.
function placesFor(layers, rows) {
  return layers.map(({ outputs }) => new Float64Array(rows * outputs));
}

// The logits of `rows` examples of two coordinates each. What the layers give is written into `places`.
function forward({ layers, weights }, inputs, rows, places) {
  let given = inputs;
  layers.forEach(({ inputs: wide, outputs, at, biases }, index) => {
    const out = places[index], last = index === layers.length - 1;
    for (let row = 0; row < rows; row++) {
      for (let unit = 0; unit < outputs; unit++) {
        let sum = weights[biases + unit];
        const from = row * wide, weight = at + unit * wide;
        for (let i = 0; i < wide; i++) sum += weights[weight + i] * given[from + i];
        out[row * outputs + unit] = last ? sum : 1 - 2 / (Math.exp(2 * sum) + 1); // tanh, faster
      }
    }
    given = out;
  });
  return given;
}

// From the gradient in the logits, into `network.gradient`; `forward` must have gone before, into `network.places`.
function backward({ layers, weights, gradient, places, back }, inputs, rows, ofLogits) {
  back.at(-1).set(ofLogits);
  gradient.fill(0);
  for (let index = layers.length - 1; index >= 0; index--) {
    const { inputs: wide, outputs, at, biases } = layers[index];
    const slope = back[index], given = index ? places[index - 1] : inputs, below = index ? back[index - 1] : null;
    below?.fill(0);
    for (let row = 0; row < rows; row++) {
      for (let unit = 0; unit < outputs; unit++) {
        const here = slope[row * outputs + unit], from = row * wide, weight = at + unit * wide;
        gradient[biases + unit] += here;
        for (let i = 0; i < wide; i++) {
          gradient[weight + i] += here * given[from + i];
          if (below) below[from + i] += here * weights[weight + i];
        }
      }
    }
    if (below) for (let i = 0; i < rows * wide; i++) below[i] *= 1 - given[i] * given[i]; // the slope of tanh
  }
}

function adam(network, rate) {
  const { weights, gradient, mean, square } = network;
  network.step += 1;
  const meanScale = 1 - 0.9 ** network.step, squareScale = 1 - 0.999 ** network.step;
  for (let i = 0; i < weights.length; i++) {
    mean[i] = 0.9 * mean[i] + 0.1 * gradient[i];
    square[i] = 0.999 * square[i] + 0.001 * gradient[i] * gradient[i];
    weights[i] -= (rate * (mean[i] / meanScale)) / (Math.sqrt(square[i] / squareScale) + 1e-8);
  }
}

// One step of a network under a loss, on the mean over a batch: { inputs, target, counts }.
function trainStep(network, loss, { inputs, target, counts }, rate) {
  const logits = forward(network, inputs, target.length, network.places);
  const { gradient } = loss(logits, target, counts);
  for (let i = 0; i < gradient.length; i++) gradient[i] /= target.length;
  backward(network, inputs, target.length, gradient);
  adam(network, rate);
}

// In place: logits of rows become their softmax.
function softmaxRows(logits, rows, classes) {
  for (let first = 0; first < rows * classes; first += classes) {
    let most = -Infinity, sum = 0;
    for (let k = first; k < first + classes; k++) most = Math.max(most, logits[k]);
    for (let k = first; k < first + classes; k++) sum += logits[k] = Math.exp(logits[k] - most);
    for (let k = first; k < first + classes; k++) logits[k] /= sum;
  }
}
