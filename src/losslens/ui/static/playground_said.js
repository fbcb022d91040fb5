// What differs, in sentences computed from the figures of `measure`.

const CERTAIN = 2.64; // standard errors: 95 % for all six pairs of four networks (Bonferroni)

const percent = (share) => (100 * share).toFixed(1);
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

// Of the figures the least and the greatest, by one of their numbers.
function ends(figures, of) {
  const places = [...figures.keys()].sort((one, other) => of(figures[one]) - of(figures[other]));
  return [places[0], places.at(-1)];
}

// Whether two networks' right answers to the same points differ by more than chance: McNemar's test.
function differ(one, other) {
  let only = 0, neither = 0;
  one.forEach((right, row) => {
    only += right && !other[row];
    neither += !right && other[row];
  });
  return Math.abs(only - neither) > CERTAIN * Math.sqrt(only + neither);
}

// `names` are of the losses, `words` the texts of playground.said_*.
function sentences(figures, names, { step, imbalance, points }, words) {
  if (step === 0) return [words.said_start];
  const [low, high] = ends(figures, ({ balanced }) => balanced);
  const measure = words[imbalance > 1 ? "measure_balanced" : "measure_accuracy"];
  const said = { step, points, measure, best: names[high], worst: names[low] };
  Object.assign(said, { high: percent(figures[high].balanced), low: percent(figures[low].balanced) });
  const told = differ(figures[high].right, figures[low].right);
  const found = [filled(words[figures.length === 1 ? "said_one" : told ? "said_differ" : "said_equal"], said)];
  if (figures.length === 1) return found;
  const [modest, surest] = ends(figures, ({ confidence }) => confidence);
  if (percent(figures[surest].confidence) !== percent(figures[modest].confidence)) {
    const values = { most: names[surest], least: names[modest] };
    Object.assign(values, { high: percent(figures[surest].confidence), low: percent(figures[modest].confidence) });
    found.push(filled(words.said_sure, values));
  }
  if (imbalance > 1) {
    const [few, many] = ends(figures, ({ recall }) => recall.at(-1));
    const values = { best: names[many], worst: names[few] };
    Object.assign(values, { high: percent(figures[many].recall.at(-1)), low: percent(figures[few].recall.at(-1)) });
    if (values.high !== values.low) found.push(filled(words.said_rare, values));
  }
  return found;
}
