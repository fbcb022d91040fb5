// Networks that learn side by side: the same first weights, the same batches; only the loss differs.

// `losses` are pairs of a key and its compiled graph. `step` takes one step of each network.
function makeRun(settings, points, losses) {
  const { classes } = SHAPES[settings.data];
  const sizes = settings.size ? [2, settings.size, settings.size, classes] : [2, classes];
  const networks = losses.map(() => makeNetwork(sizes, settings.seed, BATCH));
  const next = batchesOf(points, classes, settings.seed);
  const run = { classes, networks, steps: 0 };
  run.step = (rate) => {
    const batch = next();
    networks.forEach((network, index) => trainStep(network, losses[index][1], batch, rate));
    run.steps += 1;
  };
  return run;
}

// The softmax (classes,) of each network at one place.
function sharesAt(run, { x, y }) {
  return run.networks.map((network) => {
    const shares = forward(network, Float64Array.of(x, y), 1, placesFor(network.layers, 1)).slice();
    softmaxRows(shares, 1, run.classes);
    return shares;
  });
}

// Each network on points that none has seen, as many of each class: `recall` of each class, `balanced` accuracy (their
// mean), `accuracy` and mean `confidence` with the classes as common as in training, and which points it has `right`.
function measure(run, unseen, imbalance) {
  const { classes } = run, rows = unseen.length;
  const inputs = Float64Array.from(unseen.flatMap(({ x, y }) => [x, y]));
  const common = countsFor(classes, imbalance, 1e6).map((count) => count / 1e6);
  return run.networks.map((network) => {
    const shares = forward(network, inputs, rows, placesFor(network.layers, rows));
    softmaxRows(shares, rows, classes);
    const seen = new Array(classes).fill(0), hits = new Array(classes).fill(0), sure = new Array(classes).fill(0);
    const right = unseen.map(({ truth }, row) => {
      const own = shares.subarray(row * classes, (row + 1) * classes), best = own.indexOf(Math.max(...own));
      seen[truth] += 1;
      sure[truth] += own[best];
      hits[truth] += best === truth;
      return best === truth;
    });
    const recall = hits.map((count, k) => count / seen[k]);
    const weighted = (values) => values.reduce((sum, value, k) => sum + value * common[k], 0);
    const balanced = recall.reduce((sum, value) => sum + value, 0) / classes;
    return { right, recall, balanced, accuracy: weighted(recall), confidence: weighted(sure.map((sum, k) => sum / seen[k])) };
  });
}
