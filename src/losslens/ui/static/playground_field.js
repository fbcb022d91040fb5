// How a plane looks: each place in the colour of the class that the network gives it, the stronger the surer; the
// boundary as a line; and above, on a canvas of its own, the points.

// Paul Tol's high-contrast colours, which colour-blind eyes tell apart, https://personal.sc.fron.nl/~pault/
const COLOURS = {
  light: { ground: [255, 255, 255], classes: [[0, 68, 136], [221, 170, 51], [187, 85, 102]],
    marks: ["#004488", "#b87a00", "#a8405a"], line: "#1e293b", ring: "#fff" },
  dark: { ground: [24, 27, 38], classes: [[77, 144, 214], [221, 170, 51], [214, 96, 118]],
    marks: ["#8fc1f2", "#f2c65a", "#f4a3b5"], line: "#f1f5f9", ring: "#0b0f19" },
};
const STRENGTH = 0.58; // of a class's colour where its softmax is 1
const GRID = 41; // places in a row, the first and last on the plane's edges

function colours() {
  return document.body.classList.contains("dark") ? COLOURS.dark : COLOURS.light;
}

// The coordinates of a grid, row by row from the top left.
const GRID_POINTS = Float64Array.from({ length: 2 * GRID * GRID }, (_, i) => {
  const place = i >> 1, step = (2 * SPAN) / (GRID - 1);
  return i % 2 ? SPAN - step * Math.floor(place / GRID) : step * (place % GRID) - SPAN;
});

// What one network's plane is drawn with.
function makePlane(canvas, network) {
  const small = Object.assign(document.createElement("canvas"), { width: GRID, height: GRID });
  const image = small.getContext("2d").createImageData(GRID, GRID);
  const places = placesFor(network.layers, GRID * GRID);
  return { canvas, small, image, network, places, shares: places.at(-1).slice() };
}

function drawPlane({ canvas, small, image, network, places, shares }, classes) {
  const logits = forward(network, GRID_POINTS, GRID * GRID, places), { ground, classes: hues, line } = colours();
  shares.set(logits);
  softmaxRows(shares, GRID * GRID, classes);
  for (let place = 0; place < GRID * GRID; place++) {
    let best = 0;
    for (let k = 1; k < classes; k++) if (shares[place * classes + k] > shares[place * classes + best]) best = k;
    const sure = (shares[place * classes + best] * classes - 1) / (classes - 1);
    for (let channel = 0; channel < 3; channel++) {
      const from = ground[channel];
      image.data[4 * place + channel] = from + (hues[best][channel] - from) * STRENGTH * (0.12 + 0.88 * sure);
    }
    image.data[4 * place + 3] = 255;
  }
  small.getContext("2d").putImageData(image, 0, 0);
  const pen = canvas.getContext("2d");
  pen.imageSmoothingEnabled = true;
  // The grid's outer places lie on the edges, so half a small pixel is cut off all around.
  pen.drawImage(small, 0.5, 0.5, GRID - 1, GRID - 1, 0, 0, canvas.width, canvas.height);
  pen.strokeStyle = line;
  pen.lineWidth = Math.max(1.5, canvas.width / 170);
  pen.lineJoin = pen.lineCap = "round";
  pen.beginPath();
  for (let k = 0; k < (classes === 2 ? 1 : classes); k++) traceBoundary(pen, logits, k, classes, canvas.width / (GRID - 1));
  pen.stroke();
}

// Marching squares: where class k's lead over all others is 0. Of logits, which are not saturated as the softmax is.
const LEADS = new Float64Array(GRID * GRID);

function traceBoundary(pen, logits, k, classes, cell) {
  for (let place = 0; place < LEADS.length; place++) {
    let other = -Infinity;
    for (let j = 0; j < classes; j++) if (j !== k) other = Math.max(other, logits[place * classes + j]);
    LEADS[place] = logits[place * classes + k] - other;
  }
  for (let row = 0; row + 1 < GRID; row++) {
    for (let column = 0; column + 1 < GRID; column++) {
      const first = row * GRID + column, ahead = LEADS[first] > 0;
      const [b, c, d] = [LEADS[first + 1], LEADS[first + GRID + 1], LEADS[first + GRID]];
      if (b > 0 === ahead && c > 0 === ahead && d > 0 === ahead) continue;
      const ends = crossings([LEADS[first], b, c, d]);
      for (let i = 0; i + 1 < ends.length; i += 2) {
        pen.moveTo((column + ends[i][0]) * cell, (row + ends[i][1]) * cell);
        pen.lineTo((column + ends[i + 1][0]) * cell, (row + ends[i + 1][1]) * cell);
      }
    }
  }
}

// Where the sign changes on the sides of a unit square, clockwise from the top.
function crossings([a, b, c, d]) {
  const found = [];
  if (a > 0 !== b > 0) found.push([a / (a - b), 0]);
  if (b > 0 !== c > 0) found.push([1, b / (b - c)]);
  if (c > 0 !== d > 0) found.push([1 - c / (c - d), 1]);
  if (d > 0 !== a > 0) found.push([0, 1 - d / (d - a)]);
  return found;
}

// A plane's coordinates to a canvas's and back; `side` is the canvas's.
const toCanvas = ({ x, y }, side) => [((x + SPAN) / (2 * SPAN)) * side, ((SPAN - y) / (2 * SPAN)) * side];
const toPlane = (left, top, side) => ({ x: (left / side) * 2 * SPAN - SPAN, y: SPAN - (top / side) * 2 * SPAN });

// The mark of a class: a circle, a triangle, a square.
const MARKS = [
  (pen, left, top, size) => pen.arc(left, top, size, 0, 2 * Math.PI),
  (pen, left, top, size) => {
    pen.moveTo(left, top - 1.25 * size);
    pen.lineTo(left + 1.2 * size, top + 0.85 * size);
    pen.lineTo(left - 1.2 * size, top + 0.85 * size);
    pen.closePath();
  },
  (pen, left, top, size) => pen.rect(left - 0.9 * size, top - 0.9 * size, 1.8 * size, 1.8 * size),
];

// All points; the mislabelled with a thick ring. `cursor` is where the keyboard stands, or null.
function markPoints(canvas, points, cursor) {
  const pen = canvas.getContext("2d"), { marks, ring, line } = colours(), side = canvas.width;
  const size = Math.max(2.6, side / 105) * (points.length > 200 ? 0.85 : 1);
  pen.clearRect(0, 0, side, side);
  for (const point of points) {
    const [left, top] = toCanvas(point, side), mislabelled = point.label !== point.truth;
    pen.beginPath();
    MARKS[point.label](pen, left, top, mislabelled ? 1.25 * size : size);
    pen.fillStyle = marks[point.label];
    pen.strokeStyle = mislabelled ? line : ring;
    pen.lineWidth = mislabelled ? 0.55 * size : 0.35 * size;
    pen.fill();
    pen.stroke();
  }
  if (!cursor) return;
  const [left, top] = toCanvas(cursor, side);
  pen.strokeStyle = line;
  pen.lineWidth = Math.max(2, side / 150);
  pen.beginPath();
  pen.arc(left, top, 3 * size, 0, 2 * Math.PI);
  for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
    pen.moveTo(left + 2 * size * dx, top + 2 * size * dy);
    pen.lineTo(left + 4.5 * size * dx, top + 4.5 * size * dy);
  }
  pen.stroke();
}
