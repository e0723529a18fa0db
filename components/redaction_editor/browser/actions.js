/** What a person decides. Each wish becomes one set of decisions, undone in one step. */

/** Reason that is recorded where a stretch is made shorter: the machine's own is kept as found. */
const RESIZED = "The stretch was too long; what identifies is marked by itself.";
const NO_WORDS = { replacement: null, reason: null };

/** Redact the current item, or each place of it. @param {Editor} editor */
function redact(editor) {
  const item = editor.item;
  if (!item) return editor.say("Nothing is chosen.");
  return decideAll(editor, item, (place) => ({ ...place, kind: "redact", type: item.type, ...NO_WORDS }), "Redacted");
}

/** @param {Editor} editor */
function keep(editor) {
  const item = editor.item;
  if (!item) return editor.say("Nothing is chosen.");
  return editor.chooser.ask({
    title: "Keep it, because …",
    options: editor.model.reasons.map((reason) => ({ value: reason, label: reason })),
    own: "Reason in your words",
    note: howMany(editor),
    chosen: (reason) =>
      decideAll(editor, item, (place) => ({ ...place, kind: "keep", type: item.type, replacement: null, reason }), "Kept"),
  });
}

/** @param {Editor} editor */
function generalise(editor) {
  const item = editor.item;
  if (!item) return editor.say("Nothing is chosen.");
  const categories = editor.model.generalisations[item.type] ?? [];
  return editor.chooser.ask({
    title: "Put a category there",
    options: categories.map((category) => ({ value: category, label: category })),
    own: "Category in your words",
    note: howMany(editor),
    chosen: (replacement) =>
      decideAll(editor, item, (place) => ({ ...place, kind: "generalise", type: item.type, replacement, reason: null }), "Generalised"),
  });
}

/** Put a category in place of something few share. @param {Editor} editor @param {object} trait */
function generaliseTrait(editor, trait) {
  const place = { turn: trait.turn, start: trait.start, end: trait.end };
  return editor.chooser.ask({
    title: "Put a category there",
    options: trait.categories.map((category) => ({ value: category, label: category })),
    own: "Category in your words",
    note: `${trait.label}, shared with ${trait.shared}: “${editor.model.words(place).slice(0, 80)}”`,
    chosen: (replacement) => {
      document.getSelection()?.removeAllRanges();
      editor.decide([{ ...place, kind: "generalise", type: trait.type, replacement, reason: null }]);
      const left = editor.model.standing.length;
      editor.say(`Generalised. ${left ? `${plural(left, "thing")} that few share left.` : "Nothing that few share is left."}`);
      editor.goTo(editor.model.byKey.get(spanKey(place)));
    },
  });
}

/** @param {Editor} editor */
function relabel(editor) {
  const item = editor.item;
  if (!item) return editor.say("Nothing is chosen.");
  return editor.chooser.ask({
    title: "What is it?",
    options: typeOptions(editor),
    note: howMany(editor),
    // Naming the type anew takes away the machine's words for the old one.
    chosen: (type) =>
      decideAll(editor, item, (place) => ({ ...place, kind: "redact", type, replacement: `[${type}]`, reason: null }),
        `Redacted as ${editor.model.label(type)}`),
  });
}

/** Make what is selected a stretch of its own. @param {Editor} editor */
function markSelected(editor) {
  const places = editor.selection.places();
  if (!places.length) return editor.say("No text is selected. Press v to pick words by keys.");
  return editor.chooser.ask({
    title: "What is it?",
    options: typeOptions(editor),
    note: `“${places.map((place) => editor.model.words(place)).join(" … ").slice(0, 80)}”`,
    chosen: (type) => {
      editor.selection.end();
      editor.mode = "review";
      editor.decide(places.map((place) => ({ ...place, kind: "redact", type, ...NO_WORDS })));
      editor.say(`Marked as ${editor.model.label(type)}`);
      editor.goTo(editor.model.byKey.get(spanKey(places[0])));
    },
  });
}

/** Take the size that was set. @param {Editor} editor @param {Item} item @param {Place} place */
function resize(editor, item, place) {
  const said = [];
  const kind = item.decision?.kind === "generalise" ? "generalise" : "redact";
  const held = item.decision;
  said.push({
    ...place,
    kind,
    type: item.type,
    // A new size keeps the words that stood for the old one: [PERSON_1] stays the same person.
    replacement: held?.replacement ?? item.findings[0]?.replacement ?? null,
    reason: null,
  });
  // A finding that the new size does not cover whole would be redacted whole all the same.
  const shorter = item.findings.length > 0 && !covers(place, item);
  const old = { turn: item.turn, start: item.start, end: item.end, type: item.type, replacement: null };
  if (shorter) said.push({ ...old, kind: "keep", reason: RESIZED });
  else if (held) said.push({ ...old, kind: "withdraw", reason: null });
  editor.decide(said);
  editor.say(`Redacted: ${editor.model.words(place)}`);
  editor.goTo(editor.model.byKey.get(spanKey(place)));
}

/**
 * Decide on the current item or, with "everywhere" on, on each place of its text; then go on.
 * @param {Editor} editor @param {Item} item @param {(place:Place)=>object} what
 */
function decideAll(editor, item, what, words) {
  const here = { turn: item.turn, start: item.start, end: item.end };
  let places = editor.everywhere ? editor.model.everywhere(item) : [here];
  const kept = what(here).kind === "keep";
  // Keeping frees what was found; at a place where nothing was there is nothing to keep.
  if (kept) places = places.filter((place) => editor.model.byKey.has(spanKey(place)));
  if (!places.some((place) => spanKey(place) === item.key)) places.push(here);
  editor.everywhere = false;
  editor.decide(places.map(what));
  const count = places.length > 1 ? ` at ${plural(places.length, "place")}` : "";
  const left = editor.model.undecided.length;
  editor.say(`${words}${count}. ${left ? `${left.toLocaleString("en")} undecided left.` : "All are decided."}`);
  editor.goOn(item);
}

function howMany(editor) {
  return editor.everywhere && editor.item
    ? `Goes to all ${plural(editor.model.everywhere(editor.item).length, "place")} of it in this session.`
    : null;
}

function typeOptions(editor) {
  return editor.model.types.map((one) => ({ value: one.type, label: one.label }));
}
