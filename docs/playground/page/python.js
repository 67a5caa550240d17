// Python as the page sees it: it starts when its files are there, runs code, and can be stopped at any time, for it lives
// in a worker. Each run has a number; what a run tells after another one was asked for is nobody's business any more.

// A worker from a data: URL has no origin, and so no storage. Its program is too long for a URL: it comes as a message.
const BOOT = `data:text/javascript,${encodeURIComponent(`onmessage = async (message) => {
  await import(URL.createObjectURL(new Blob([message.data.files["worker.js"]], { type: "text/javascript" })));
  onmessage(message);
};`)}`;

const MOST_MEMORY = 1e9; // bytes of Python's, after which the next run gets a fresh one: in a page it never collects garbage

export class Python {
  #files = null;
  #memory = 0; // bytes that Python had at the end of the last run
  #hear;
  #worker = null;
  #number = 0; // of the run that was asked for last
  #waiting = null; // its code, until Python is there
  #running = null; // its code, while it runs
  isReady = false;

  // hear: called with each message that is about Python, or about the run that was asked for last
  constructor(hear) {
    this.#hear = hear;
  }

  get isBusy() {
    return this.#running !== null || this.#waiting !== null;
  }

  start(files = this.#files) {
    this.#files = files;
    this.#worker?.terminate();
    this.isReady = false;
    [this.#running, this.#memory] = [null, 0];
    const worker = new Worker(BOOT, { type: "module", name: "Python" });
    worker.onmessage = ({ data }) => { if (worker === this.#worker && data?.kind) this.#heard(data); };
    worker.onerror = (event) => worker.onmessage({ data: { kind: "broken", message: event.message || "it could not be started" } });
    worker.postMessage({ kind: "load", files });
    this.#worker = worker;
  }

  #heard(message) {
    if (message.number !== undefined && message.number !== this.#number) return;
    if (message.kind === "ready") this.isReady = true;
    if (message.kind === "done") [this.#running, this.#memory] = [null, message.memory];
    if (message.kind === "broken") {
      if (this.isReady) this.start(); // what cannot be started is not started again and again
      else this.#waiting = null;
    }
    if (message.kind === "ready" && this.#waiting !== null) this.#begin(this.#waiting);
    this.#hear(message);
  }

  // Runs code, as soon as Python is there. What runs already is stopped first, unless it is the same.
  run(code) {
    if (code === this.#running) return;
    this.forget();
    if (this.#memory > MOST_MEMORY) this.start();
    if (this.isReady) this.#begin(code); else this.#waiting = code;
  }

  #begin(code) {
    [this.#waiting, this.#running] = [null, code];
    this.#worker.postMessage({ kind: "run", code, number: this.#number });
  }

  // Whatever was asked for is asked for no more: what waits is dropped, and what runs is stopped.
  forget() {
    this.#number += 1;
    this.#waiting = null;
    if (this.#running !== null) this.start();
  }

  save(form) {
    this.#worker.postMessage({ kind: "save", form, number: this.#number });
  }
}
