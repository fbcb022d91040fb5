// Points in the square from -SPAN to SPAN: { x, y, label, truth }. `label` is what the networks are told, `truth` the
// class of the shape that the point was drawn from.

const SPAN = 3;
const FAR = [-2.4, 2.5]; // where a far point of the first class lies, mislabelled
const UNSEEN = 1200; // points that no network learns from, with true labels: accuracy is measured on these

// Each makes one point of class k, `t` uniform in 0..1, before noise.
const SHAPES = {
  clusters: { classes: 2, at: (k) => [k ? 1.1 : -1.1, k ? -0.4 : 0.4], spread: 0.55 },
  moons: {
    classes: 2,
    at: (k, t) => {
      const [x, y] = [Math.cos(Math.PI * t), Math.sin(Math.PI * t)];
      return k ? [0.85 - 1.7 * x, 0.7 - 1.9 * y] : [1.7 * x - 0.85, 1.9 * y - 0.7];
    },
    spread: 0.12,
  },
  spiral: {
    classes: 2,
    at: (k, t) => {
      const angle = 1.6 * Math.PI * Math.sqrt(t) * 1.25 + Math.PI * k, radius = 2.6 * Math.sqrt(t);
      return [radius * Math.sin(angle), radius * Math.cos(angle)];
    },
    spread: 0.08,
  },
  rings: {
    classes: 2,
    at: (k, t) => [(k ? 0.8 : 2.1) * Math.cos(2 * Math.PI * t), (k ? 0.8 : 2.1) * Math.sin(2 * Math.PI * t)],
    spread: 0.18,
  },
  three: {
    classes: 3,
    at: (k) => [1.35 * Math.sin((2 * Math.PI * k) / 3), 1.35 * Math.cos((2 * Math.PI * k) / 3) - 0.2],
    spread: 0.55,
  },
};

function inside(value) {
  return Math.max(-SPAN, Math.min(SPAN, value));
}

// How many of `total` points each class has; the first is `imbalance` times as common as the last.
function countsFor(classes, imbalance, total) {
  const weights = Array.from({ length: classes }, (_, k) => imbalance ** (-k / (classes - 1)));
  const sum = weights.reduce((before, weight) => before + weight, 0);
  return weights.map((weight) => Math.max(2, Math.round((total * weight) / sum)));
}

// Points of the shape `data` with `noise` (% of one unit) around it, as common as `imbalance` says.
function drawPoints({ data, noise, imbalance }, total, random) {
  const { classes, at, spread } = SHAPES[data], points = [];
  countsFor(classes, imbalance, total).forEach((count, k) => {
    for (let i = 0; i < count; i++) {
      const [x, y] = at(k, (i + random()) / count), wide = spread * (0.4 + noise / 25);
      points.push({ x: inside(x + wide * normal(random)), y: inside(y + wide * normal(random)), label: k, truth: k });
    }
  });
  return points;
}

// The training points of these settings: `wrong` % of them mislabelled, and with `far` one more, far off.
function makePoints(settings) {
  const random = randomFrom(settings.seed * 2 + 1), { classes } = SHAPES[settings.data];
  const points = drawPoints(settings, settings.points, random);
  for (const point of points) {
    const turn = 1 + Math.floor(random() * (classes - 1));
    if (random() * 100 < settings.wrong) point.label = (point.label + turn) % classes;
  }
  if (settings.far) points.push({ x: FAR[0], y: FAR[1], label: 1, truth: 0 });
  return points;
}

// Points of the same shape that no network sees, rightly labelled, each class as common as the others.
function unseenPoints(settings) {
  return drawPoints({ ...settings, imbalance: 1 }, UNSEEN, randomFrom(settings.seed * 2 + 2));
}

// Batches of BATCH points, the same for every network: in an order shuffled anew (Fisher and Yates) once all had their
// turn. `next` writes one; the points may change meanwhile.
const BATCH = 32;

function batchesOf(points, classes, seed) {
  const random = randomFrom(seed + 77), batch = { inputs: new Float64Array(2 * BATCH), target: new Float64Array(BATCH) };
  batch.counts = new Float64Array(classes);
  let order = [];
  function draw() {
    if (!order.length) {
      order = [...points.keys()];
      for (let i = order.length - 1; i > 0; i--) {
        const other = Math.floor(random() * (i + 1));
        [order[i], order[other]] = [order[other], order[i]];
      }
    }
    return points[order.pop()] ?? draw(); // a point may have gone since
  }
  return function next() {
    batch.counts.fill(0);
    for (const { label } of points) batch.counts[label] += 1;
    for (let i = 0; i < BATCH; i++) {
      const { x, y, label } = draw();
      [batch.inputs[2 * i], batch.inputs[2 * i + 1], batch.target[i]] = [x, y, label];
    }
    return batch;
  };
}

// Points as text for a link, five letters each: two for each coordinate, one for both classes.
const FINE = 36 * 36 - 1;

function pointsToText(points) {
  const coordinate = (value) => Math.round(((value + SPAN) / (2 * SPAN)) * FINE).toString(36).padStart(2, "0");
  return points.map(({ x, y, label, truth }) => coordinate(x) + coordinate(y) + (label * 3 + truth)).join("");
}

// The points of such a text; null where it is none, or of another number of classes.
function pointsFromText(text, classes, most) {
  if (!/^([0-9a-z]{4}[0-8])+$/.test(text) || text.length / 5 > most) return null;
  const points = text.match(/.{5}/g).map((letters) => {
    const [x, y] = [0, 2].map((at) => (parseInt(letters.slice(at, at + 2), 36) / FINE) * 2 * SPAN - SPAN);
    const both = Number(letters[4]);
    return { x, y, label: Math.floor(both / 3), truth: both % 3 };
  });
  return points.every(({ label, truth }) => label < classes && truth < classes) ? points : null;
}
