/**
 * What is shown: the session as Python last told it, with what is not saved yet on top.
 *
 * @typedef {{turn:number,start:number,end:number}} Place in code points
 * @typedef {Place & {id:string,kind:string,type:string,replacement:string|null,
 *   reason:string|null,ordinal?:number,mine?:boolean,by?:string,base?:number}} Decision
 * @typedef {Place & {key:string,findings:object[],decision:Decision|null,status:string,
 *   type:string,unsaved:boolean}} Item one stretch that was found, decided on, or both
 */

const spanKey = (place) => `${place.turn}:${place.start}:${place.end}`;
const byPlace = (a, b) => a.turn - b.turn || a.start - b.start || b.end - a.end;
const covers = (outer, inner) =>
  outer.turn === inner.turn && outer.start <= inner.start && inner.end <= outer.end;
const overlap = (one, other) =>
  one.turn === other.turn && one.start < other.end && other.start < one.end;

class Model {
  /** @param {object} book what stays the same for the session */
  constructor(book) {
    this.sessionId = book.session_id;
    this.turns = book.turns.map((turn) => ({ ...turn, text: new TurnText(turn.t) }));
    this.findings = [...book.findings].sort(byPlace);
    this.labels = new Map(book.types.map((one) => [one.type, one]));
    this.types = book.types;
    this.generalisations = book.generalisations;
    this.reasons = book.reasons;
    this.traits = book.traits;
    /** @type {Map<string, Decision>} */
    this.saved = new Map();
    /** @type {Decision[]} */
    this.unsaved = [];
    this.preview = [];
    this.read = new Set();
    this.now = { version: 0, survivors: [], state: "editing", conflict: null };
    /** @type {Item[]} in reading order */
    this.items = [];
    this.byKey = new Map();
  }

  /** @param {string} type */
  label(type) {
    return this.labels.get(type)?.label ?? type.replaceAll("_", " ").toLowerCase();
  }

  family(type) {
    return this.labels.get(type)?.family ?? "other";
  }

  words(place) {
    return this.turns[place.turn]?.text.slice(place.start, place.end) ?? "";
  }

  /** Whether anything can be decided now. */
  get open() {
    return !this.now.readonly && this.now.state !== "confirmed";
  }

  /** The decision that holds on each span, saved ones first and ours on top of them. */
  holding() {
    const latest = new Map();
    for (const decision of this.saved.values()) {
      const key = spanKey(decision);
      const held = latest.get(key);
      if (!held || held.ordinal < decision.ordinal) latest.set(key, decision);
    }
    for (const decision of this.unsaved) latest.set(spanKey(decision), decision);
    return latest;
  }

  /** Work out the items anew. A thousand of them take about a millisecond. */
  settle() {
    const latest = this.holding();
    const unsaved = new Set(this.unsaved.map((decision) => decision.id));
    const items = new Map();
    const at = (place) => {
      const key = spanKey(place);
      if (!items.has(key)) {
        const { turn, start, end } = place;
        items.set(key, { key, turn, start, end, findings: [], decision: null, unsaved: false });
      }
      return items.get(key);
    };
    for (const finding of this.findings) at(finding).findings.push(finding);
    const active = new Map();
    for (const decision of latest.values()) {
      const stands = decision.kind !== "withdraw";
      if (!stands && !items.has(spanKey(decision))) continue;
      const item = at(decision);
      item.unsaved = unsaved.has(decision.id);
      if (!stands) continue;
      item.decision = decision;
      if (!active.has(decision.turn)) active.set(decision.turn, []);
      active.get(decision.turn).push(decision);
    }
    for (const item of items.values()) {
      const cover =
        item.decision ?? active.get(item.turn)?.find((decision) => covers(decision, item)) ?? null;
      item.covered = cover !== null && item.decision === null;
      item.status = cover === null ? "undecided" : cover.kind;
      item.type = item.decision?.type ?? item.findings[0]?.type ?? "OTHER";
    }
    this.items = [...items.values()].sort(byPlace);
    this.byKey = items;
  }

  /** @param {number} turn @returns {Item[]} */
  itemsOf(turn) {
    return this.items.filter((item) => item.turn === turn);
  }

  get undecided() {
    return this.items.filter((item) => item.status === "undecided");
  }

  /** What few share and still stands: nothing that is or would be taken out covers any of it. */
  get standing() {
    return this.traits.filter(
      (trait) => !this.items.some((item) => item.status !== "keep" && overlap(item, trait)),
    );
  }

  /** Turns whose preview waits for something that is not saved. */
  get waiting() {
    return new Set(this.unsaved.map((decision) => decision.turn));
  }

  /** Every place of the session where an item's text stands. @param {Item} item @returns {Place[]} */
  everywhere(item) {
    const wanted = new TurnText(this.words(item));
    return this.turns.flatMap((turn, index) =>
      turn.text.occurrences(wanted).map(([start, end]) => ({ turn: index, start, end })),
    );
  }

  /** What a person reads of an item's state. */
  statusWords(item) {
    const decision = item.decision;
    const words = {
      undecided: "undecided",
      redact: "redacted",
      keep: "kept",
      generalise: `generalised to ${decision?.replacement ?? "a category"}`,
    }[item.status];
    return item.covered ? `${words}, as part of a longer stretch` : words;
  }
}

/**
 * Put an answer of Python on top of what it builds on.
 * @param {Map<number, object>} snapshots answers that later ones may build on
 * @returns {object|null} what holds now, or null when the base is not here
 */
function unpack(snapshots, parcel) {
  const base = parcel.base === null ? null : snapshots.get(parcel.base);
  if (parcel.base !== null && !base) return null;
  const next = {
    book: base ? base.book : parcel.book,
    decisions: new Map(base?.decisions),
    preview: base ? [...base.preview] : [],
    read: new Set(base?.read),
  };
  for (const decision of parcel.decisions) next.decisions.set(decision.id, decision);
  for (const [turn, runs] of parcel.preview) next.preview[turn] = runs;
  for (const turn of parcel.read) next.read.add(turn);
  for (const number of snapshots.keys()) {
    if (parcel.base === null || number < parcel.base) snapshots.delete(number);
  }
  snapshots.set(parcel.number, next);
  return next;
}
