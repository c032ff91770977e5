// What the component of every kind of panel gets.

export interface PanelProps<Data> {
  /** For ids of elements: its own on the page. */
  id: string;
  /** The name in the file, such as "worst". */
  name: string;
  title: string;
  data: Data;
  /** The labels that a matrix beside it shows, if it cannot show all. */
  labels: ReadonlySet<string> | null;
}
