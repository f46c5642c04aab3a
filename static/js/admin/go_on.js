// A long decision goes on by itself; without script its button does the same.
"use strict";
const form = document.querySelector("form[data-go-on]");
if (form) {
  form.requestSubmit();
}
