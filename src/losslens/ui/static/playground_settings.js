// The settings and the link that carries them. `setup` (ui/playground/settings.py) says what is allowed.

const PART = "playground"; // of the address

function nearestAllowed(name, text, { first, ranges, choices, losses, most }) {
  if (name === "losses") {
    const known = [...new Set(text.split(","))].filter((key) => key in losses).slice(0, most);
    return known.length ? known : first.losses;
  }
  if (name in choices) return choices[name].find((choice) => String(choice) === text) ?? first[name];
  const [low, high] = ranges[name], number = Number(text);
  return text === "" || Number.isNaN(number) ? first[name] : Math.round(Math.min(high, Math.max(low, number)));
}

// What a link asks for: the settings, points edited by hand or null, and the step to go to. A value that is not
// possible becomes the nearest that is, or the first one.
function readLink(said, setup) {
  const settings = { ...setup.first };
  for (const name of Object.keys(settings)) {
    if (name in said) settings[name] = nearestAllowed(name, said[name], setup);
  }
  const { classes } = SHAPES[settings.data];
  const step = Math.min(setup.furthest, Math.max(0, Math.round(Number(said.step) || 0)));
  return { settings, edited: pointsFromText(said.edited ?? "", classes, MOST_POINTS), step };
}

// What a link says of a state; null: nothing. `step` 0 is left out: such a link starts by itself.
function linkOf(settings, edited, step, setup) {
  const said = Object.entries(settings).map(([name, value]) => [name, String(value) === String(setup.first[name]) ? null : String(value)]);
  return { ...Object.fromEntries(said), edited: edited ? pointsToText(edited) : null, step: step ? String(step) : null };
}
