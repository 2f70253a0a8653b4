/* The conversation: draws what the server knows, and keeps what it does not know yet until it does. */
(function () {
  'use strict';

  var body = document.body, base = body.dataset.base, words = JSON.parse(body.dataset.words);
  var longest = Number(body.dataset.longest), payload = body.dataset.start;
  var log = byId('log'), box = byId('words'), form = byId('form'), net = byId('net'), problem = byId('problem');
  var waitingSign = byId('waiting'), newSign = byId('new'), hint = byId('hint'), empty = byId('empty');
  var lines = new Map();     // id -> {element, v}
  var pressed = new Map();   // id of a press -> the buttons it holds back
  var last = 0;              // the newest row of ours that we have seen
  var nowShown = null;       // the line whose choices count
  var drawnOnce = false, atEnd = true;

  function byId(id) { return document.getElementById(id); }
  function make(tag, name, text) {
    var element = document.createElement(tag);
    if (name) element.className = name;
    if (text !== undefined) element.textContent = text;
    return element;
  }
  function hidden(text) { return make('span', 'hidden', text + ' '); }
  function uuid() {
    var b = crypto.getRandomValues(new Uint8Array(16)), text = '';
    b[6] = b[6] & 15 | 64;
    b[8] = b[8] & 63 | 128;
    for (var i = 0; i < 16; i++) text += (i > 3 && i < 11 && i % 2 === 0 ? '-' : '') + (b[i] + 256).toString(16).slice(1);
    return text;
  }

  /* --- what this browser keeps; in memory alone where it may keep nothing ------------------------------------------- */

  var prefix = 'gocua:' + base + ':', memory = {};
  function keep(store, name, value) {
    memory[store + name] = value;
    try { window[store].setItem(prefix + name, value); } catch (e) { /* full or forbidden: memory has it */ }
  }
  function kept(store, name) {
    try {
      var value = window[store].getItem(prefix + name);
      return value === null && memory[store + name] !== undefined ? memory[store + name] : value;
    } catch (e) { return memory[store + name] || null; }
  }
  function drop(store, name) {
    delete memory[store + name];
    try { window[store].removeItem(prefix + name); } catch (e) { /* nothing was kept */ }
  }
  var queueSeq = 0;
  function queued() {
    var names = {};
    Object.keys(memory).forEach(function (name) { if (name.indexOf('localStorageq:') === 0) names[name.slice(12)] = 1; });
    try {
      for (var i = 0; i < localStorage.length; i++) {
        var key = localStorage.key(i);
        if (key.indexOf(prefix + 'q:') === 0) names[key.slice(prefix.length)] = 1;
      }
    } catch (e) { /* memory alone */ }
    return Object.keys(names).sort().map(function (name) {
      try { return Object.assign(JSON.parse(kept('localStorage', name)), {name: name}); } catch (e) { return null; }
    }).filter(Boolean);
  }

  /* --- drawing ------------------------------------------------------------------------------------------------------ */

  function official(address) {
    try {
      var url = new URL(address);
      return url.protocol === 'https:' && !url.username && !url.password && !url.port && /(^|\.)gov\.vn$/.test(url.hostname);
    } catch (e) { return false; }
  }
  function write(element, text) {
    text.split(/(https:\/\/[^\s<>"']*[^\s<>"'.,;:!?)\]}…])/).forEach(function (piece, index) {
      if (index % 2 && official(piece)) {
        var link = make('a', '', piece);
        link.href = piece;
        link.rel = 'noopener noreferrer';
        link.target = '_blank';
        element.appendChild(link);
      } else if (piece) {
        element.appendChild(document.createTextNode(piece));
      }
    });
    return element;
  }

  function choiceRow(line, element, quiet) {
    var some = (line.choices || []).filter(function (c) { return Boolean(c[2]) === quiet; });
    if (!some.length) return;
    var row = make('div', 'choices ' + (quiet ? 'quiet' : 'loud'));
    row.setAttribute('role', 'group');
    row.setAttribute('aria-label', quiet ? words.quiet : words.choices);
    some.forEach(function (c) {
      var button = make('button', '', c[0]);
      button.type = 'button';
      button.addEventListener('click', function () { press(button, line.id, c[1]); });
      row.appendChild(button);
    });
    element.appendChild(row);
  }

  function paper(line) {
    var link = make('a', 'document', words.document);
    link.href = base + '/' + line.document;
    link.setAttribute('download', '');
    return link;
  }
  /* Heard on the page; where the browser cannot, it is a file to keep. */
  function player(line) {
    var sound = make('audio', 'sound');
    sound.controls = true;
    sound.preload = 'metadata';
    sound.setAttribute('aria-label', line.title || '');
    sound.addEventListener('error', function () { sound.replaceWith(paper(line)); });
    sound.src = base + '/' + line.document;
    return sound;
  }

  function fill(element, line) {
    while (element.firstChild) element.removeChild(element.firstChild);
    element.appendChild(hidden(words.bot));
    if (line.title) element.appendChild(make('strong', 'title', line.title));
    if (line.picture) {
      var image = make('img');
      image.alt = line.alt || words.picture.replace('{title}', line.title || '');
      image.src = base + '/' + line.picture;
      image.addEventListener('error', function () { image.remove(); });
      element.appendChild(image);
    }
    if (line.text) element.appendChild(write(make('span', 'text'), line.text));
    if (line.document) element.appendChild(line.sound ? player(line) : paper(line));
    choiceRow(line, element, false);
    choiceRow(line, element, true);
    if (line.note) element.appendChild(write(make('span', 'note'), line.note));
  }

  function drawOurs(line, place) {
    var known = lines.get(line.id);
    if (known && known.v >= line.v) return known.element;
    var element = known ? known.element : make('article', 'line ours');
    var focused = known && element.contains(document.activeElement);
    fill(element, line);
    element.tabIndex = -1;
    if (!known) insert(element, place);
    lines.set(line.id, {element: element, v: line.v});
    if (drawnOnce) {
      element.classList.remove('fresh');
      void element.offsetWidth;
      element.classList.add('fresh');
    }
    if (line.removes && lines.has(line.removes)) erase(lines.get(line.removes).element);
    pressed.forEach(function (held, id) { if (held.line === line.id || id === line.ack) release(id); });
    if (!nowShown || line.v >= nowShown.v) mark({element: element, v: line.v});
    if (focused) element.focus({preventScroll: true});
    return element;
  }

  function mark(shown) {
    if (nowShown) nowShown.element.classList.remove('now');
    nowShown = shown;
    if (shown.element.querySelector('.choices')) shown.element.classList.add('now');
  }

  function drawTheirs(line, place, state) {
    var known = lines.get(line.id), element;
    if (known) {
      element = known.element;
    } else {
      element = make('article', 'line theirs');
      element.appendChild(hidden(words.you));
      element.appendChild(make('span', 'text', line.text));
      element.appendChild(make('span', 'state'));
      insert(element, place);
      lines.set(line.id, {element: element, v: 0});
    }
    if (line.removed) erase(element);
    if (state || !known) setState(element, state || 'sent');
    return element;
  }
  function erase(element) {
    element.classList.add('removed');
    element.querySelector('.text').textContent = words.removed;
  }
  function setState(element, state, again) {
    var sign = element.querySelector('.state');
    sign.textContent = state === 'sent' ? '✓' : words[state];
    if (state === 'sent') sign.appendChild(hidden(' ' + words.sent));
    if (!again) return;
    var button = make('button', '', words.retry);
    button.type = 'button';
    button.addEventListener('click', again);
    sign.appendChild(button);
  }
  function insert(element, place) {
    if (place === undefined) log.appendChild(element);
    else log.insertBefore(element, place ? place.nextSibling : log.firstChild);
    empty.hidden = true;
  }

  /* The server began anew (a fresh demonstration): so does the page. */
  function forget() {
    lines.forEach(function (each) { each.element.remove(); });
    lines.clear();
    pressed.clear();
    last = 0;
    nowShown = null;
  }

  /* Lines in the server's order: what is new is put where it belongs, what is there stays where it is. */
  function draw(answer, whole) {
    if (whole && answer.last < last) forget();
    var place = whole ? null : undefined, first = null, newest = null, before = last;
    answer.lines.forEach(function (line) {
      var element = line.mid ? drawTheirs(line, place) : drawOurs(line, place);
      if (whole) place = element;
      if (!line.mid && line.v > before) { first = first || element; newest = element; }
    });
    last = Math.max(last, answer.last);
    if (newest) {
      if (drawnOnce) arrived(first, newest);
      waiting(false);
    }
  }

  /* --- where the reader is ------------------------------------------------------------------------------------------ */

  function room() { return document.documentElement.scrollHeight - window.innerHeight - window.pageYOffset; }
  function toEnd() { window.scrollTo(0, document.documentElement.scrollHeight); }
  /* Show an answer, from its first message on: "saved" is read even where a long question follows it. */
  function reveal(element, first) {
    var above = document.querySelector('header').offsetHeight + 10, below = document.querySelector('footer').offsetHeight;
    var seen = window.innerHeight - above - below, from = element, box = element.getBoundingClientRect();
    if (first && box.top - first.getBoundingClientRect().top < seen * .5) from = first;
    var top = from.getBoundingClientRect().top;
    if (box.bottom - top < seen && element === log.lastElementChild) toEnd();
    else window.scrollTo(0, window.pageYOffset + top - above);
  }
  function arrived(first, element) {
    if (atEnd || !waitingSign.hidden || expecting) { newSign.hidden = true; reveal(element, first); }
    else newSign.hidden = false;
  }
  function keepPlace() {
    atEnd = room() < 80;
    if (atEnd) newSign.hidden = true;
    if (!drawnOnce) return;
    if (atEnd) { drop('sessionStorage', 'place'); return; }
    var first = Array.prototype.find.call(log.children, function (each) { return each.getBoundingClientRect().bottom > 60; });
    lines.forEach(function (each, id) {
      if (each.element === first) keep('sessionStorage', 'place', JSON.stringify([id, first.getBoundingClientRect().top]));
    });
  }
  function toKeptPlace() {
    var place = JSON.parse(kept('sessionStorage', 'place') || 'null');
    if (place && lines.has(place[0])) {
      window.scrollTo(0, window.pageYOffset + lines.get(place[0]).element.getBoundingClientRect().top - place[1]);
    } else if (nowShown && nowShown.element === log.lastElementChild) {
      reveal(nowShown.element);
    } else { toEnd(); }
    atEnd = room() < 80;
  }
  var scrolled = 0;
  window.addEventListener('scroll', function () {
    if (!scrolled) scrolled = setTimeout(function () { scrolled = 0; keepPlace(); }, 120);
  }, {passive: true});
  window.addEventListener('pagehide', keepPlace);
  window.addEventListener('resize', function () { if (atEnd) toEnd(); });
  newSign.addEventListener('click', function () { newSign.hidden = true; reveal(nowShown.element); });

  /* --- saying something --------------------------------------------------------------------------------------------- */

  var expecting = false, expectTimer = 0;
  function waiting(on) {
    expecting = on;
    clearTimeout(expectTimer);
    waitingSign.hidden = true;
    if (!on) return;
    var since = Date.now();
    (function look() {
      expectTimer = setTimeout(function () {
        if (Date.now() - since > 700 && !pressed.size && waitingSign.hidden) { waitingSign.hidden = false; if (atEnd) toEnd(); }
        if (Date.now() - since > 2500) catchUp();
        if (Date.now() - since < 45000) look(); else { waiting(false); pressed.forEach(function (h, id) { release(id); }); }
      }, Date.now() - since < 2500 ? 800 : 2500);
    })();
  }

  function say(thing) {
    thing.id = uuid();
    thing.at = Date.now();
    queueSeq += 1;
    var name = 'q:' + String(thing.at).padStart(15, '0') + ':' + String(queueSeq).padStart(6, '0') + ':' + thing.id;
    keep('localStorage', name, JSON.stringify(thing));
    flush();
    return thing.id;
  }
  function press(button, line, data) {
    if (button.getAttribute('aria-disabled')) return;
    hideHint();
    problem.hidden = true;
    expecting = true;
    var buttons = Array.prototype.slice.call(lines.get(line).element.querySelectorAll('.choices button'));
    buttons.forEach(function (each) { each.setAttribute('aria-disabled', 'true'); });
    button.classList.add('pressed');
    pressed.set(say({press: data, line: line}), {line: line, buttons: buttons});
  }
  function release(id) {
    var held = pressed.get(id);
    pressed.delete(id);
    if (held) held.buttons.forEach(function (each) { each.removeAttribute('aria-disabled'); each.classList.remove('pressed'); });
  }
  function typed() {
    var text = box.value.trim();
    problem.hidden = true;
    if (!text) return;
    if (text.length > longest) { complain(words.too_long); return; }
    hideHint();
    box.value = '';
    drop('localStorage', 'draft');
    grow();
    drawTheirs({id: say({text: text}), text: text}, undefined, 'sending');
    newSign.hidden = true;
    expecting = atEnd = true;
    toEnd();
  }
  /* A list as a file: sent once, never kept in the browser. Whether it is read is the server's to decide. */
  function sendFile(file) {
    problem.hidden = true;
    hideHint();
    expecting = atEnd = true;
    waiting(true);
    call('/file?id=' + uuid() + '&name=' + encodeURIComponent(file.name.slice(-120)),
      {method: 'POST', body: file, headers: {'Content-Type': 'application/octet-stream', 'X-Gocua': '1'}})
      .then(function (answer) {
        if (answer.status !== 200) { waiting(false); complain(answer.json.problem || words.refused); } else if (!open) catchUp();
      }, function () { waiting(false); complain(words.refused); });
  }
  function complain(text) { problem.textContent = text; problem.hidden = false; }

  var flushing = false, flushTimer = 0, tries = 0;
  function flush() {
    if (flushing) return;
    var next = queued()[0];
    if (!next) return;
    clearTimeout(flushTimer);
    flushing = true;
    next.seen = last;
    var thing = {id: next.id, ago: Math.max(0, Math.round((Date.now() - next.at) / 1000))};
    ['text', 'press', 'start', 'line'].forEach(function (field) { if (next[field] !== undefined) thing[field] = next[field]; });
    call('/say', {method: 'POST', body: JSON.stringify(thing), headers: {'Content-Type': 'application/json', 'X-Gocua': '1'}})
      .then(function (answer) { flushing = false; taken(next, answer); }, function () { flushing = false; later(next); });
  }
  function taken(next, answer) {
    if (answer.status === 429 || answer.status >= 500) { later(next, answer); return; }
    tries = 0;
    drop('localStorage', next.name);
    var bubble = lines.get(next.id);
    if (answer.status === 200) {
      problem.hidden = true;
      if (bubble) setState(bubble.element, 'sent');
      if (last === next.seen) waiting(true);   // the answer may have been faster than this
      if (!open) catchUp();
      if (answer.json.reload) location.reload();
    } else {
      release(next.id);
      if (bubble) setState(bubble.element, 'failed', function () { bubble.element.remove(); again(next); });
      complain(answer.json.problem || words.refused);
    }
    flush();
  }
  function again(thing) {
    lines.delete(thing.id);
    drawTheirs({id: say({text: thing.text}), text: thing.text}, undefined, 'sending');
  }
  function later(next, answer) {
    tries += 1;
    if (answer && answer.status === 429) complain(answer.json.problem);
    var wait = answer && answer.wait ? answer.wait * 1000 : Math.min(15000, 500 * Math.pow(2, Math.min(tries, 5)));
    flushTimer = setTimeout(flush, wait);
  }

  /* --- the line to the server --------------------------------------------------------------------------------------- */

  function call(path, options) {
    var stop = window.AbortController ? new AbortController() : null;
    var timer = setTimeout(function () { if (stop) stop.abort(); }, 20000);
    return fetch(base + path, Object.assign({credentials: 'same-origin', cache: 'no-store', signal: stop ? stop.signal : undefined}, options))
      .then(function (response) {
        return response.json().catch(function () { return {}; }).then(function (json) {
          clearTimeout(timer);
          trouble(response.status >= 500 ? 'reconnecting' : '');
          return {status: response.status, json: json, wait: Number(response.headers.get('Retry-After'))};
        });
      }).catch(function (error) {
        clearTimeout(timer);
        trouble(navigator.onLine === false ? 'offline' : 'reconnecting');
        throw error;
      });
  }
  function trouble(what) {
    var text = what ? words[what] : '';
    if (net.textContent !== text) net.textContent = text;
    net.hidden = !text;
  }

  var fetching = false, wanted = false, wantWhole = true;
  function catchUp(whole) {
    wantWhole = wantWhole || Boolean(whole);
    if (fetching) { wanted = true; return Promise.resolve(); }
    fetching = true;
    var all = wantWhole;
    wantWhole = false;
    return call('/lines?after=' + (all ? 0 : last)).then(function (answer) {
      fetching = false;
      if (answer.status === 200) {
        draw(answer.json, all);
        if (!drawnOnce) opened(answer.json);
      } else {
        wantWhole = wantWhole || all;
        if (answer.status < 500) complain(answer.json.problem || words.refused);
      }
      if (wanted) { wanted = false; return catchUp(); }
    }, function () {
      fetching = wanted = false;
      wantWhole = wantWhole || all;
    });
  }

  var source = null, open = false, beatAt = 0;
  function listen() {
    if (!window.EventSource || document.hidden || source) return;
    beatAt = Date.now();
    source = new EventSource(base + '/events?after=' + last);
    source.addEventListener('open', function () {
      open = true;
      trouble('');
      if (wantWhole) catchUp();
      flush();
    });
    source.addEventListener('beat', function () { beatAt = Date.now(); });
    source.addEventListener('wake', function () { beatAt = Date.now(); catchUp(); });
    source.addEventListener('error', function () {
      open = false;
      wantWhole = true;
      if (source && source.readyState === 2) deaf();
    });
  }
  function deaf() {
    if (source) source.close();
    source = null;
    open = false;
  }
  setInterval(function () {       // asks by itself where nobody can tell us, and notices a line that is dead
    if (source && Date.now() - beatAt > 40000) deaf();
    if (!open && !document.hidden) { catchUp(); if (!source) listen(); }
  }, 4000);
  document.addEventListener('visibilitychange', function () {
    if (document.hidden) { deaf(); return; }
    catchUp(true);
    listen();
    flush();
  });
  window.addEventListener('pageshow', function (event) { if (event.persisted) { deaf(); catchUp(true); listen(); } });
  window.addEventListener('online', function () { deaf(); catchUp(true); listen(); tries = 0; clearTimeout(flushTimer); flush(); });
  window.addEventListener('offline', function () { trouble('offline'); });

  /* --- the box ------------------------------------------------------------------------------------------------------ */

  function grow() {
    box.style.height = 'auto';
    box.style.height = Math.min(box.scrollHeight + 3, window.innerHeight * .32) + 'px';
  }
  box.addEventListener('input', function () { grow(); keep('localStorage', 'draft', box.value); });
  box.addEventListener('keydown', function (event) {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing && event.keyCode !== 229) { event.preventDefault(); typed(); }
  });
  document.getElementById('file').addEventListener('change', function () {
    if (this.files[0]) sendFile(this.files[0]);
    this.value = '';
  });
  document.addEventListener('dragover', function (event) { event.preventDefault(); });
  document.addEventListener('drop', function (event) {
    event.preventDefault();
    if (event.dataTransfer && event.dataTransfer.files[0]) sendFile(event.dataTransfer.files[0]);
  });
  form.addEventListener('submit', function (event) { event.preventDefault(); typed(); box.focus(); });
  function hideHint() {
    if (!hint.hidden) keep('localStorage', 'hinted', '1');
    hint.hidden = true;
  }

  /* --- the beginning ------------------------------------------------------------------------------------------------ */

  function opened(answer) {
    var waits = queued();
    drawnOnce = true;
    waits.forEach(function (thing) {
      if (thing.text !== undefined) drawTheirs({id: thing.id, text: thing.text}, undefined, 'sending');
    });
    if (!answer.lines.length && payload === undefined && !waits.length) say({start: ''});
    hint.hidden = Boolean(kept('localStorage', 'hinted'));
    toKeptPlace();
    setTimeout(function () { log.setAttribute('aria-live', 'polite'); }, 300);
    flush();
  }
  function begin() {
    if (payload !== undefined) {
      say({start: payload});
      history.replaceState(null, '', location.pathname);
    }
    if ('scrollRestoration' in history) history.scrollRestoration = 'manual';
    box.value = kept('localStorage', 'draft') || '';
    if (box.value) grow();
    catchUp(true).then(listen);
  }
  if (document.prerendering) document.addEventListener('prerenderingchange', begin, {once: true});
  else begin();
})();
