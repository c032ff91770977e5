// Entry of the try-it page.
import { render } from "preact";
import "./try.css";
import { TryPage } from "./try_page.tsx";

const root = document.getElementById("page");
if (root) render(<TryPage />, root);
