// Every change this page asks our server for carries the page's token, by which the server knows that the page is its own.

const token = document.querySelector('meta[name="form-token"]').content;
const plain = window.fetch.bind(window);
const SAFE = ["GET", "HEAD", "OPTIONS"];

window.fetch = (wanted, options) => {
  const asked = new Request(wanted, options);
  if (SAFE.includes(asked.method) || new URL(asked.url).origin !== location.origin) return plain(wanted, options);
  const headers = new Headers(asked.headers);
  headers.set("Form-Token", token);
  return plain(wanted, { ...options, headers });
};
