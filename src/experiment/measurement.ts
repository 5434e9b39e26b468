/**
 * Measurements of time and memory, which no simulator has: `content/measurements/<id>.json`, taken by
 * `lab/measure.py`. A table of numbers with the machine, the kernel and the method it came from.
 */
import { z } from "zod";

export const MEASUREMENT_FORMAT = "lastack-measurement/1";

const measurementSchema = z.strictObject({
  format: z.literal(MEASUREMENT_FORMAT),
  id: z.string(),
  kernel: z.string(),
  date: z.iso.date(),
  machine: z.string().min(5),
  method: z.string().min(40),
  columns: z.array(z.string()).min(2),
  rows: z.array(z.array(z.union([z.string(), z.number(), z.null()]))).min(1),
});
export type MeasurementTable = z.output<typeof measurementSchema>;

/** Names one number of a table: the row that begins with `row`, the column of that title. */
export const cellSchema = z.strictObject({
  measurement: z.string(),
  row: z.union([z.string(), z.number()]),
  column: z.string(),
  unit: z.enum(["us", "bytes", "count"]),
});
export type Cell = z.output<typeof cellSchema>;

/** A measurement from its JSON text. Throws Error naming the file, the field and what would be right. */
export function parseMeasurement(file: string, text: string): MeasurementTable {
  const result = measurementSchema.safeParse(JSON.parse(text));
  if (result.success) return result.data;
  throw new Error(
    result.error.issues.map((issue) => `${file}: ${issue.path.map(String).join(".")}: ${issue.message}`).join("\n"),
  );
}

/** The number a cell names. Throws Error naming what the table has instead. */
export function readCell(table: MeasurementTable, { row, column }: Cell): number {
  const at = table.columns.indexOf(column);
  if (at < 0) throw new Error(`${table.id} has no column "${column}"; its columns: ${table.columns.join(", ")}`);
  const found = table.rows.find(([first]) => first === row)?.[at];
  if (typeof found !== "number") throw new Error(`${table.id} has no number in row ${JSON.stringify(row)}`);
  return found;
}
