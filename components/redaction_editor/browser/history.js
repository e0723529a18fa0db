/**
 * Undo and redo, without end, for one tab. Nothing is taken back in the record: undoing is a
 * decision of its own, which says again what held before.
 *
 * @typedef {{place: Place, before: Decision|null, after: Decision|null}} Change
 */
class History {
  /** @param {string} sessionId */
  constructor(sessionId) {
    this.place = `clearance-editor-history:${sessionId}`;
    const held = readStored(this.place) ?? {};
    /** @type {Change[][]} */
    this.done = Array.isArray(held.done) ? held.done : [];
    /** @type {Change[][]} */
    this.undone = Array.isArray(held.undone) ? held.undone : [];
  }

  /** @param {Change[]} changes */
  note(changes) {
    this.done.push(changes);
    this.undone = [];
    this.store();
  }

  /** @returns {Array<Decision>|null} what to decide now, or null when there is nothing to undo */
  undo() {
    const changes = this.done.pop();
    if (!changes) return null;
    this.undone.push(changes);
    this.store();
    return [...changes].reverse().map((change) => restated(change.place, change.before, change.after));
  }

  redo() {
    const changes = this.undone.pop();
    if (!changes) return null;
    this.done.push(changes);
    this.store();
    return changes.map((change) => restated(change.place, change.after, change.before));
  }

  /** Written a moment later: what is not saved is kept at once, by the outbox. */
  store() {
    clearTimeout(this.timer);
    this.timer = setTimeout(
      () => writeStored(this.place, { done: this.done, undone: this.undone }),
      300,
    );
  }
}

/** A decision said again, or its withdrawal. */
function restated(place, decision, other) {
  return decision
    ? { ...bare(decision) }
    : { ...place, kind: "withdraw", type: other?.type ?? "OTHER", replacement: null, reason: null };
}

/** What a decision says, without who said it when. @param {Decision} decision */
function bare(decision) {
  const { turn, start, end, kind, type, replacement, reason } = decision;
  return { turn, start, end, kind, type, replacement, reason };
}

function readStored(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? "null");
  } catch {
    return null;
  }
}

/** @returns {boolean} whether it was kept; a full or forbidden storage keeps nothing */
function writeStored(key, value) {
  try {
    sessionStorage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}
