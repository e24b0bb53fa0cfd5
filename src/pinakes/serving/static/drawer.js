// "Why this rank" opens beside the results instead of inside the card.

/** Let every "why" open in the drawer. */
export function watchDrawer() {
  const drawer = document.getElementById("drawer");
  if (!drawer) return;
  document.addEventListener("click", (event) => {
    const summary = event.target.closest(".why > summary");
    if (!summary) return;
    event.preventDefault();
    const card = summary.closest(".card");
    const subject = document.createElement("p");
    subject.className = "subject";
    const picture = card.querySelector("img");
    if (picture) subject.append(picture.cloneNode());
    subject.append(card.querySelector("h3").textContent);
    const parts = [subject, card.querySelector(".why-body").cloneNode(true)];
    const answer = document.querySelector("#answer .answer-body");
    if (answer) parts.push(answer.cloneNode(true));
    drawer.querySelector(".drawer-body").replaceChildren(...parts);
    drawer.showModal();
    drawer.scrollTop = 0;
    drawer.addEventListener("close", () => summary.focus(), { once: true });
  });
  drawer.addEventListener("click", (event) => event.target === drawer && drawer.close());
}
