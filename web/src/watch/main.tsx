// The run page.
import { render } from "preact";
import { KeyDialog } from "../shared/key_dialog";
import { TopBar } from "../shared/top_bar";

function Page() {
  return (
    <>
      <TopBar title="hone" />
      <KeyDialog onKey={() => undefined} />
    </>
  );
}

const root = document.getElementById("page");
if (root) render(<Page />, root);
