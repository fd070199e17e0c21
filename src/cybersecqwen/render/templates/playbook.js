"use strict";
// Remembers what a person does with a playbook, in this browser only. Nothing is sent anywhere, and nothing that is
// read back, from storage or from a file, is ever written as HTML: values and text nodes alone.
(() => {
  const SCHEMA = "cybersecqwen/playbook-log/1", MOST = 20000, ENTRIES = 5000;
  const page = document.body, key = "csq-playbook:" + page.dataset.playbook;
  const find = (one, within = document) => within.querySelector(one);
  const all = (one, within = document) => [...within.querySelectorAll(one)];
  const status = find("#status"), known = find("#known"), progress = find("#progress"), next = find("#next");
  const people = all(".person"), duties = all(".told"), messages = all(".message-text"), deadlines = all(".deadline");
  const steps = all(".step").map((card) => ({
    card,
    number: card.dataset.step,
    title: find("h3", card).textContent,
    expected: Number(card.dataset.minutes) * 60000,
    tick: find(".tick", card),
    clock: find(".clock", card),
    elapsed: find(".elapsed", card),
    note: find(".note", card),
    answers: all(".answer", card),
    decided: find(".decided", card),
    node: find(`[data-node="${card.dataset.step}"]`),
  }));
  const written = new Map([...people, ...messages].map((one) => [one, one.value]));
  let state = blank(), timer = 0;

  function blank() {
    return { known: "", steps: {}, people: {}, messages: {}, duties: {}, log: [] };
  }

  function of(step) {
    return (state.steps[step.number] ??= { done: 0, decision: "", decided: 0, started: 0, spent: 0, note: "" });
  }

  // What is read back is taken piece by piece: known keys, right types, bounded lengths.
  const text = (given, most = MOST) => (typeof given === "string" ? given.slice(0, most) : "");
  const time = (given) => (typeof given === "string" && Date.parse(given) > 0 ? Date.parse(given) : 0);
  const number = (given) => (Number.isFinite(given) && given > 0 ? Math.min(given, 1e9) : 0);
  const own = (given, name) => (given && typeof given === "object" && Object.hasOwn(given, name) ? given[name] : undefined);

  function taken(given) {
    if (own(given, "schema") !== SCHEMA) throw new Error("It is no log of a playbook.");
    if (own(given, "playbook") !== page.dataset.playbook) throw new Error("It is the log of another playbook.");
    const made = blank(), found = own(given, "steps"), log = own(given, "log");
    made.known = /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(own(given, "known")) ? given.known : "";
    for (const one of Array.isArray(found) ? found : []) {
      const step = steps.find((each) => each.number === String(own(one, "number")));
      if (!step) continue;
      const decision = own(one, "decision");
      made.steps[step.number] = {
        done: time(own(one, "done")),
        decision: step.answers.length && (decision === "yes" || decision === "no") ? decision : "",
        decided: time(own(one, "decided")),
        started: time(own(one, "started")),
        spent: number(own(one, "seconds")) * 1000,
        note: text(own(one, "note")),
      };
    }
    for (const [name, fields, part] of [["people", people, "role"], ["messages", messages, "message"]])
      for (const field of fields) {
        const value = own(own(given, name), field.dataset[part]);
        if (typeof value === "string") made[name][field.dataset[part]] = text(value);
      }
    for (const box of duties) made.duties[box.dataset.duty] = time(own(own(given, "duties"), box.dataset.duty));
    for (const one of (Array.isArray(log) ? log : []).slice(-ENTRIES))
      if (time(own(one, "at"))) made.log.push({ at: time(one.at), what: text(own(one, "what"), 600) });
    return made;
  }

  const stamp = (at) => (at ? new Date(at).toISOString() : null);

  function given() {
    return {
      schema: SCHEMA,
      playbook: page.dataset.playbook,
      name: page.dataset.name,
      saved: stamp(Date.now()),
      known: state.known,
      steps: steps.map((step) => {
        const one = of(step);
        return {
          number: Number(step.number), title: step.title, done: stamp(one.done), decision: one.decision,
          decided: stamp(one.decided), started: stamp(one.started), seconds: Math.round(one.spent / 1000), note: one.note,
        };
      }),
      people: state.people,
      messages: state.messages,
      duties: Object.fromEntries(Object.entries(state.duties).map(([one, at]) => [one, stamp(at)])),
      log: state.log.map((one) => ({ at: stamp(one.at), what: one.what })),
    };
  }

  function save() {
    clearTimeout(timer);
    timer = 0;
    try {
      localStorage.setItem(key, JSON.stringify(given()));
    } catch {
      say("This browser keeps nothing for this page. Export the log before you close it.");
    }
  }

  function soon() {
    if (!timer) timer = setTimeout(save, 400);
  }

  function load() {
    try {
      const kept = localStorage.getItem(key);
      if (kept) state = taken(JSON.parse(kept));
    } catch (error) {
      say("What this browser kept could not be read: " + error.message);
    }
  }

  function say(what) {
    status.textContent = what;
  }

  function note(what) {
    state.log.push({ at: Date.now(), what });
    if (state.log.length > ENTRIES) state.log.shift();
  }

  const two = (value) => String(value).padStart(2, "0");

  function lasting(ms) {
    const seconds = Math.floor(ms / 1000);
    return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  }

  function words(ms) {
    const minutes = Math.round(Math.abs(ms) / 60000), days = Math.floor(minutes / 1440);
    return (days ? `${days} d ` : "") + `${Math.floor(minutes / 60) % 24} h ${minutes % 60} min`;
  }

  const local = (at) => new Date(at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
  const settled = (step) => Boolean(of(step).done) || of(step).decision === "no";
  const spent = (one) => one.spent + (one.started ? Math.max(0, Date.now() - one.started) : 0);

  function stop(one) {
    one.spent = spent(one);
    one.started = 0;
  }

  function put(field, value) {
    if (field.value !== value) field.value = value;
    if (field.nextElementSibling?.classList.contains("printed")) field.nextElementSibling.textContent = value;
  }

  function mark(element, done, out) {
    element?.classList.toggle("is-done", done);
    element?.classList.toggle("is-out", out);
  }

  function show() {
    for (const step of steps) {
      const one = of(step), out = one.decision === "no";
      step.tick.checked = Boolean(one.done);
      step.tick.disabled = step.answers.length > 0 && one.decision !== "yes" && !one.done;
      step.tick.title = step.tick.disabled ? "First the decision" : "";
      for (const button of step.answers) {
        button.ariaPressed = String(button.dataset.answer === one.decision);
        button.disabled = Boolean(one.done);
      }
      if (step.decided) step.decided.textContent = one.decision ? `Decided ${one.decision}, ${local(one.decided || Date.now())}` : "";
      step.clock.textContent = one.started ? "Stop" : "Start";
      step.clock.disabled = out;
      mark(step.card, Boolean(one.done), out);
      mark(step.node, Boolean(one.done), out);
      put(step.note, one.note);
    }
    for (const link of all("[data-needs]")) {
      const step = steps.find((one) => one.number === link.dataset.needs);
      link.classList.toggle("is-done", Boolean(step && settled(step)));
    }
    for (const field of people) put(field, state.people[field.dataset.role] ?? written.get(field));
    for (const name of all(".who-person")) {
      const said = state.people[name.dataset.of];
      name.dataset.first ??= name.textContent;
      name.textContent = said === undefined ? name.dataset.first : said;
    }
    for (const field of messages) put(field, state.messages[field.dataset.message] ?? written.get(field));
    for (const box of duties) box.checked = Boolean(state.duties[box.dataset.duty]);
    known.value = state.known;
    const done = steps.filter((step) => of(step).done).length;
    const out = steps.filter((step) => of(step).decision === "no" && !of(step).done).length;
    progress.value = done + out;
    find("#progress-text").textContent = `${done} of ${steps.length} done` + (out ? `, ${out} left out` : "");
    const open = steps.find((step) => !settled(step));
    next.hidden = !open;
    if (open) {
      next.href = "#step-" + open.number;
      next.textContent = `Next: ${open.number} ${open.title}`;
    }
    const entries = find("#entries");
    entries.replaceChildren(...state.log.slice(-200).reverse().map((one) => {
      const item = document.createElement("li"), when = document.createElement("time");
      when.dateTime = stamp(one.at);
      when.textContent = local(one.at);
      item.append(when, one.what);
      return item;
    }));
    tock();
  }

  function tock() {
    for (const step of steps) {
      const one = of(step), ms = spent(one), over = step.expected > 0 && ms > step.expected;
      const shown = ms || one.started ? lasting(ms) + (over ? " (longer than expected)" : "") : "";
      if (step.elapsed.textContent !== shown) step.elapsed.textContent = shown;
      step.elapsed.classList.toggle("over", over);
    }
    const since = state.known ? new Date(state.known).getTime() : NaN, now = Date.now();
    find("#known-for").textContent = since <= now ? words(now - since) + " ago" : "";
    for (const out of deadlines) {
      const until = since + Number(out.dataset.hours) * 3600000, late = until < now;
      const shown = Number.isFinite(until) && Math.abs(until) < 8e15 ? `${local(until)}\n${late ? "passed " + words(now - until) + " ago" : "in " + words(until - now)}` : "enter since when it is known";
      if (out.textContent !== shown) out.textContent = shown;
      out.classList.toggle("passed-by", late);
    }
  }

  function changed(what) {
    if (what) note(what);
    save();
    show();
  }

  async function copy(id, button) {
    const from = document.getElementById(id), value = "value" in from ? from.value : from.textContent;
    const said = (await copied(value)) ? "Copied" : "Select and copy by hand";
    button.textContent = said;
    setTimeout(() => (button.textContent = "Copy"), 2000);
  }

  async function copied(value) {
    try {
      await navigator.clipboard.writeText(value);
      return true;
    } catch {
      const field = document.createElement("textarea");
      field.value = value;
      page.append(field);
      field.select();
      const worked = document.execCommand("copy");
      field.remove();
      return worked;
    }
  }

  function tick(step) {
    const one = of(step);
    one.done = step.tick.checked ? Date.now() : 0;
    if (one.done) stop(one);
    changed(`${one.done ? "Done" : "Not done after all"}: ${step.number} ${step.title}`);
  }

  function answer(step, said) {
    const one = of(step);
    one.decision = one.decision === said ? "" : said;
    one.decided = one.decision ? Date.now() : 0;
    if (one.decision === "no") stop(one);
    changed(`${one.decision ? "Decided " + one.decision : "Decision taken back"}: ${step.number} ${step.title}`);
  }

  function clock(step) {
    const one = of(step);
    if (one.started) stop(one);
    else one.started = Date.now();
    changed(`Timer ${one.started ? "started" : "stopped"}: ${step.number} ${step.title}`);
  }

  function written_out() {
    const link = document.createElement("a");
    const file = URL.createObjectURL(new Blob([JSON.stringify(given(), null, 2) + "\n"], { type: "application/json" }));
    link.href = file;
    link.download = `playbook-log-${page.dataset.playbook.slice(-12)}-${new Date().toISOString().slice(0, 16).replace(/\D/g, "")}.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(file), 10000);
    say("The log was handed to the browser as a file.");
  }

  async function read_in(field) {
    const file = field.files[0];
    field.value = "";
    if (!file) return;
    try {
      if (file.size > 20000000) throw new Error("It is larger than 20 MB.");
      const made = taken(JSON.parse(await file.text()));
      if (state.log.length && !confirm("Replace what this browser has kept for this playbook by the file?")) return;
      state = made;
      changed("A log was imported");
      say("The log was imported.");
    } catch (error) {
      say("The log was not imported: " + error.message);
    }
  }

  function reset() {
    if (!confirm("Start over? Ticks, decisions, times, notes and changed messages of this playbook are deleted in this browser.")) return;
    state = blank();
    changed("");
    say("Everything here is as it was in the beginning.");
  }

  document.documentElement.classList.add("js");
  for (const step of steps) {
    step.tick.addEventListener("change", () => tick(step));
    step.clock.addEventListener("click", () => clock(step));
    for (const button of step.answers) button.addEventListener("click", () => answer(step, button.dataset.answer));
    step.note.addEventListener("input", () => ((of(step).note = step.note.value), put(step.note, step.note.value), soon()));
  }
  for (const field of people) field.addEventListener("input", () => ((state.people[field.dataset.role] = field.value), soon()));
  for (const field of people) field.addEventListener("change", () => changed(""));
  for (const field of messages)
    field.addEventListener("input", () => ((state.messages[field.dataset.message] = field.value), put(field, field.value), soon()));
  for (const box of duties)
    box.addEventListener("change", () => {
      state.duties[box.dataset.duty] = box.checked ? Date.now() : 0;
      changed(`${box.checked ? "Told" : "Not told after all"}: ${box.getAttribute("aria-label").replace(/^Told: /, "")}`);
    });
  known.addEventListener("change", () => ((state.known = known.value.slice(0, 16)), changed("Known since: " + state.known)));
  for (const button of all(".copy")) button.addEventListener("click", () => copy(button.dataset.copy, button));
  find("#export").addEventListener("click", written_out);
  find("#import").addEventListener("click", () => find("#file").click());
  find("#file").addEventListener("change", (event) => read_in(event.target));
  find("#reset").addEventListener("click", reset);
  addEventListener("pagehide", () => timer && save());
  addEventListener("storage", (event) => {
    if (event.key !== key) return;
    state = blank();
    load();
    show();
  });
  load();
  show();
  setInterval(tock, 1000);
})();
