// What is on a pad, as text for a link: "-" between its parts. First "*" and the name of a sample, where one lies under the
// strokes; then each stroke: "e" where it erases, two letters for its width, and four a point, two for each coordinate.
const PER_UNIT = 4, MARGIN = 20; // coordinates are in quarters of a unit, from a little outside the pad
const CLOSE = 0.5; // units: points nearer to the line between their neighbours say nothing more

// A line with few points that nowhere leaves the given one by more than CLOSE (Ramer 1972; Douglas and Peucker 1973).
function simplified(points) {
  if (points.length < 3) return points;
  const [[x, y], [endX, endY]] = [points[0], points.at(-1)], length = Math.hypot(endX - x, endY - y);
  const away = ([px, py]) => {
    if (length === 0) return Math.hypot(px - x, py - y);
    const along = Math.min(1, Math.max(0, ((px - x) * (endX - x) + (py - y) * (endY - y)) / length ** 2));
    return Math.hypot(px - x - along * (endX - x), py - y - along * (endY - y));
  };
  const distances = points.map(away), farthest = distances.indexOf(Math.max(...distances));
  if (distances[farthest] <= CLOSE) return [points[0], points.at(-1)];
  return [...simplified(points.slice(0, farthest + 1)).slice(0, -1), ...simplified(points.slice(farthest))];
}

const letters = (value) => Math.min(36 * 36 - 1, Math.max(0, Math.round(value))).toString(36).padStart(2, "0");
const number = (text) => parseInt(text, 36);

function padToText(strokes, sample) {
  const lines = strokes.map(({ points, width, erases }) => {
    const places = simplified(points).flat().map((value) => letters((value + MARGIN) * PER_UNIT));
    return (erases ? "e" : "p") + letters(width) + places.join("");
  });
  return [...(sample ? ["*" + sample] : []), ...lines].join("-") || null;
}

// { strokes, sample } of such a text; null where it is none.
function padFromText(text) {
  const sample = text.match(/^\*([^-]+)(?:-|$)/)?.[1] ?? null;
  const parts = sample === null ? text.split("-") : text.split("-").slice(1);
  if (!parts.every((part) => /^[ep][0-9a-z]{2}(?:[0-9a-z]{4})+$/.test(part))) return null;
  const strokes = parts.map((part) => {
    const places = part.slice(3).match(/.{4}/g).map((four) => [four.slice(0, 2), four.slice(2)]);
    const points = places.map((pair) => pair.map((two) => number(two) / PER_UNIT - MARGIN));
    return { points, width: number(part.slice(1, 3)), erases: part[0] === "e" };
  });
  return { strokes, sample };
}
