// Points by hand: a click or a tap adds one, or gives the one that is there the next class; a drag moves it. By
// keyboard the arrows move a cursor; Enter is a click there, the space bar takes a point up and puts it down, Delete
// removes it.

const CLOSE = 14; // CSS pixels within which a point is meant
const SLACK = 6; // CSS pixels that a click may slip
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const MOST_POINTS = 400;

// The point nearest to a place within `reach`, or null.
function nearest(points, { x, y }, reach) {
  let found = null, least = reach;
  for (const point of points) {
    const distance = Math.hypot(point.x - x, point.y - y);
    if (distance <= least) [found, least] = [point, distance];
  }
  return found;
}

// Lets the points of `state` be edited on a canvas; `tool()` is a class or "erase", `changed` is called after each
// change, `moved` when only the cursor has moved.
function makeEditable(canvas, state, tool, changed, moved) {
  const place = ({ clientX, clientY }) => {
    const box = canvas.getBoundingClientRect(), { x, y } = toPlane(clientX - box.left, clientY - box.top, box.width);
    return { x: inside(x), y: inside(y) };
  };
  const reach = () => (CLOSE / canvas.getBoundingClientRect().width) * 2 * SPAN;
  let held = null, start = null, dragged = false; // the point under the pointer, and where it came down

  function remove(point) {
    if (point && state.points.length > 1) state.points.splice(state.points.indexOf(point), 1);
    changed();
  }

  function click(at, point) {
    if (tool() === "erase") return remove(point);
    if (point) point.label = (point.label + 1) % state.classes;
    else if (state.points.length < MOST_POINTS) state.points.push({ ...at, label: tool(), truth: tool() });
    changed();
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    held = nearest(state.points, place(event), reach());
    [start, dragged] = [[event.clientX, event.clientY], false];
    if (held) canvas.setPointerCapture(event.pointerId);
  });
  // A finger on a point drags it; anywhere else it scrolls the page.
  const hold = (event) => {
    if (event.touches.length === 1 && nearest(state.points, place(event.touches[0]), reach())) event.preventDefault();
  };
  canvas.addEventListener("touchstart", hold, { passive: false });
  const slipped = (event) => Math.hypot(event.clientX - start[0], event.clientY - start[1]) >= SLACK;
  canvas.addEventListener("pointermove", (event) => {
    Object.assign(state.cursor, place(event));
    if (!start || !held || tool() === "erase") return moved();
    dragged ||= slipped(event);
    if (!dragged) return;
    Object.assign(held, place(event));
    changed();
  });
  canvas.addEventListener("pointerup", (event) => {
    if (start && !dragged && !slipped(event)) click(place(event), held);
    held = start = null;
  });
  canvas.addEventListener("pointercancel", () => { held = start = null; });

  const keys = {
    Enter: () => click({ ...state.cursor }, nearest(state.points, state.cursor, reach())),
    " ": () => { state.carried = state.carried ? null : nearest(state.points, state.cursor, reach()); },
    Delete: () => remove(nearest(state.points, state.cursor, reach())),
    Backspace: () => remove(nearest(state.points, state.cursor, reach())),
  };
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in STEPS) {
      const step = event.shiftKey ? 0.05 : 0.2;
      const [x, y] = STEPS[event.key].map((way) => way * step);
      Object.assign(state.cursor, { x: inside(state.cursor.x + x), y: inside(state.cursor.y + y) });
      if (state.carried) Object.assign(state.carried, state.cursor);
      (state.carried ? changed : moved)();
    } else if (event.key in keys && !event.repeat) keys[event.key]();
    else return;
    event.preventDefault();
  });
  canvas.addEventListener("focus", moved);
  canvas.addEventListener("blur", () => { state.carried = null; moved(); });
}
