/** What somebody else decided meanwhile, beside what is mine; nothing is lost by either choice. */

/** @param {Editor} editor @param {object} conflict @returns {Element} */
function conflictPanel(editor, conflict) {
  const { model, outbox } = editor;
  const theirs = new Map(conflict.decisions.map((decision) => [spanKey(decision), decision]));
  const mine = new Map(outbox.decisions.map((decision) => [spanKey(decision), decision]));
  const keys = new Set([...theirs.keys(), ...mine.keys()]);
  const says = (decision) => {
    if (!decision) return "–";
    const words = { redact: "redact", keep: "keep", withdraw: "take the decision back" }[decision.kind];
    const to = decision.replacement ? ` as ${decision.replacement}` : "";
    return `${words ?? "generalise"}${to}${decision.reason ? ` (${decision.reason})` : ""}`;
  };
  const rows = [...keys].map((key) => {
    const place = theirs.get(key) ?? mine.get(key);
    return make(
      "tr",
      {},
      make("th", { scope: "row", dir: "auto" }, model.words(place)),
      make("td", {}, says(theirs.get(key))),
      make("td", {}, says(mine.get(key))),
    );
  });
  const who = conflict.decisions.every((decision) => decision.mine) && conflict.decisions.length
    ? "you, in another tab"
    : conflict.by;
  const at = new Date(conflict.at);
  const time = Number.isNaN(at.getTime()) ? "" : ` at ${at.toISOString().slice(11, 16)} UTC`;
  return make(
    "div",
    { class: "rx-conflict", role: "alertdialog", "aria-labelledby": "rx-conflict-title", tabindex: "-1" },
    make("h3", { id: "rx-conflict-title" }, `Changed meanwhile by ${who}${time}`),
    make("p", {}, "Your last decisions are not saved yet, and not lost. Choose which shall hold where both of you decided; your decisions elsewhere are saved in either case."),
    make(
      "div",
      { class: "rx-conflict-rows" },
      make(
        "table",
        {},
        make("thead", {}, make("tr", {}, ...["Text", "Theirs", "Mine"].map((word) => make("th", { scope: "col" }, word)))),
        make("tbody", {}, ...rows),
      ),
    ),
    make(
      "div",
      { class: "rx-row" },
      button("Take theirs", null, () => editor.takeTheirs(theirs)),
      button("Put mine on top", null, () => editor.putMineOnTop(), { class: "rx-button rx-primary" }),
    ),
  );
}
