// What a passkey or security key could not do is said on the page, in words the page brings along.
document.addEventListener("allauth.error", (event) => {
  const place = document.querySelector("[data-passkey-problem]");
  if (!place) return;
  event.preventDefault();
  place.textContent = place.dataset.passkeyProblem;
  place.closest("[hidden]")?.removeAttribute("hidden");
});
