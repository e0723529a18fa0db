/**
 * The way to Python. Decisions wait here until Python says that they are stored: in the tab's
 * own storage, so that a reload or a lost connection loses none, and under ids made once, so
 * that sending again does nothing twice. One message is on its way at a time.
 */

const GATHER_MS = 120;
/** Twice what a slow answer takes; after it the message is sent again. */
const PATIENCE_MS = 5000;

class Outbox {
  /**
   * @param {string} sessionId
   * @param {{send:(message:object)=>void, changed:()=>void, online:()=>boolean,
   *   have:()=>number|null, lost:(act:string)=>void}} ways
   */
  constructor(sessionId, ways) {
    this.sessionId = sessionId;
    this.ways = ways;
    this.place = `clearance-editor:${sessionId}`;
    const held = readStored(this.place) ?? {};
    /** @type {Decision[]} */
    this.decisions = Array.isArray(held.decisions) ? held.decisions : [];
    /** @type {Set<string>} every id that this tab has made: what is ours is no conflict */
    this.ours = new Set(Array.isArray(held.ours) ? held.ours : []);
    this.reads = new Set(Array.isArray(held.reads) ? held.reads : []);
    /** The latest version of which all that is not ours has been seen. */
    this.version = Number.isInteger(held.version) ? held.version : null;
    this.act = null;
    this.flight = null;
    this.held = null;
    this.kept = true;
  }

  keep() {
    this.kept = writeStored(this.place, {
      decisions: this.decisions,
      ours: [...this.ours],
      reads: [...this.reads],
      version: this.version,
    });
  }

  /** @param {object} said a bare decision @returns {Decision} */
  add(said) {
    const decision = { id: newId(), ...said };
    this.decisions.push(decision);
    this.ours.add(decision.id);
    return decision;
  }

  /** To be called once after all of one keystroke's decisions are added. */
  added() {
    this.held = null;
    this.keep();
    this.soon();
  }

  seen(turn) {
    this.reads.add(turn);
    this.keep();
    this.soon(2000);
  }

  wish(act) {
    this.act = act;
    this.held = null;
    this.soon(0);
  }

  soon(wait = GATHER_MS) {
    const due = performance.now() + wait;
    if (this.timer && this.due <= due) return;
    clearTimeout(this.timer);
    this.due = due;
    this.timer = setTimeout(() => {
      this.timer = null;
      this.pump();
    }, wait);
    this.ways.changed();
  }

  /** Send what waits, when something does and may. */
  pump() {
    if (this.flight || this.held || !this.ways.online()) return this.ways.changed();
    const idle = !this.decisions.length && !this.reads.size && !this.act;
    if (idle) return this.ways.changed();
    const act = this.decisions.length ? null : this.act;
    this.send(this.decisions, [...this.reads], act);
  }

  /** @param {Decision[]} decisions @param {number[]} read @param {string|null} act */
  send(decisions, read, act) {
    const id = newId();
    this.flight = { id, read, act, decisions: decisions.map((decision) => decision.id) };
    this.late = setTimeout(() => this.unanswered(id), PATIENCE_MS);
    this.ways.send({
      message_id: id,
      session_id: this.sessionId,
      version: this.version ?? 0,
      decisions: decisions.map((decision) => ({ id: decision.id, ...bare(decision) })),
      read,
      act,
      have: this.ways.have(),
    });
    this.ways.changed();
  }

  unanswered(id) {
    if (this.flight?.id !== id) return;
    this.dropFlight();
    this.soon(0);
  }

  /** An act is not sent twice: what it would do the second time is not what was asked for. */
  dropFlight() {
    const act = this.flight?.act;
    clearTimeout(this.late);
    this.flight = null;
    if (act) {
      this.act = null;
      this.ways.lost(act);
    }
  }

  /**
   * Python answered.
   * @param {{acked:string[], conflict:object|null, version:number, notice:string|null}} now
   * @param {string|null} answered the message that it took into account
   * @param {Map<string, Decision>} saved
   */
  hear(now, answered, saved) {
    const stored = new Set(now.acked);
    this.decisions = this.decisions.filter(
      (decision) => !stored.has(decision.id) && !saved.has(decision.id),
    );
    const foreign = [...saved.values()].some(
      (decision) => decision.ordinal > (this.version ?? 0) && !this.ours.has(decision.id),
    );
    if (!this.decisions.length || !foreign) this.version = now.version;
    if (this.flight && this.flight.id === answered) {
      const flight = this.flight;
      clearTimeout(this.late);
      this.flight = null;
      for (const turn of flight.read) this.reads.delete(turn);
      if (flight.act) this.act = null;
      const left = new Set(this.decisions.map((decision) => decision.id));
      if (now.conflict) this.held = "conflict";
      else if (flight.decisions.some((id) => left.has(id))) this.held = "refused";
    }
    this.keep();
    if (this.decisions.length || this.reads.size || this.act) this.soon();
    else this.ways.changed();
  }

  /** Drop decisions that the person chose not to keep. @param {(d:Decision)=>boolean} which */
  drop(which) {
    const dropped = this.decisions.filter(which);
    this.decisions = this.decisions.filter((decision) => !which(decision));
    this.keep();
    return dropped;
  }

  /** Go on after a conflict or a refusal. @param {number} version */
  goOn(version) {
    this.version = version;
    this.held = null;
    this.keep();
    this.soon(0);
  }

  /** @returns {"saved"|"saving"|"offline"|"held"} */
  get state() {
    if (!this.decisions.length) return this.act ? "saving" : "saved";
    if (this.held) return "held";
    return this.ways.online() ? "saving" : "offline";
  }
}

/** A uuid4. `crypto.randomUUID` is missing where the page came over plain http. */
function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
