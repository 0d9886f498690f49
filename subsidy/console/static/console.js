// Small conveniences; every page works without them.
"use strict";

// Log-in page of the demo: a click fills the two fields.
for (const button of document.querySelectorAll("button.fill")) {
  button.addEventListener("click", () => {
    document.getElementById("login").value = button.dataset.login;
    document.getElementById("password").value = button.dataset.password;
    document.querySelector("form.stack button.main").focus();
  });
}

// Lists with boxes: one box chooses all, and the bar tells how many are chosen.
for (const all of document.querySelectorAll("input[data-all]")) {
  const boxes = [...document.querySelectorAll(`input[name="${all.dataset.all}"]`)];
  const told = document.querySelector("[data-chosen]");
  const tell = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    all.checked = chosen > 0 && chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
    if (told) told.textContent = String(chosen);
  };
  all.addEventListener("change", () => { boxes.forEach((box) => { box.checked = all.checked; }); tell(); });
  boxes.forEach((box) => box.addEventListener("change", tell));
  tell();
}

// A form is sent once, however often the button is pressed.
for (const form of document.querySelectorAll("form[method='post']")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    setTimeout(() => { delete form.dataset.sent; }, 4000);
  });
}
