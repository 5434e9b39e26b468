/**
 * The assertions between %{ and }%: packetdrill runs them as Python; here is the small part of Python
 * that such scripts use. Names are the fields of TCP_INFO.
 */
import { Scanner } from "./scanner.ts";
import { type Assertion, type Formula, type Place, ScriptError } from "./script.ts";

const NUMBER = /0[xX][0-9a-fA-F]+|\d+/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const KEYWORDS = ["assert", "and", "or", "not", "if", "else", "in", "is", "lambda", "import", "print"];

/** @param place where the code begins. @throws ScriptError */
export function parseAssertions(code: string, place: Place): readonly Assertion[] {
  // Python's comments begin with # and its lines go on after a backslash; the scanner knows neither.
  const plain = code.replace(/#[^\n]*|\\(?=\r?\n)/g, (part) => " ".repeat(part.length));
  const scanner = new Scanner(plain, place);
  const assertions: Assertion[] = [];
  while (!scanner.atEnd()) {
    if (scanner.accept(";")) continue;
    const at = scanner.place();
    scanner.need(/assert\b/y, "assert", "write assert tcpi_state == 7, tcpi_state");
    const start = scanner.offset;
    const test = disjunction(scanner);
    const text = plain.slice(start, scanner.offset).trim().replace(/\s+/g, " ");
    if (scanner.accept(",")) message(scanner);
    assertions.push({ place: at, text, test });
  }
  if (assertions.length === 0) scanner.fail("expected assert");
  return assertions;
}

/** What Python would print on failure: a value, a string, or a string with values. It decides nothing. */
function message(scanner: Scanner): void {
  const string = scanner.take(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/y);
  if (!string) {
    disjunction(scanner);
    return;
  }
  if (scanner.accept("%")) {
    if (!scanner.accept("(")) {
      disjunction(scanner);
      return;
    }
    do {
      if (scanner.accept(")")) return;
      disjunction(scanner);
    } while (scanner.accept(","));
    scanner.expect(")", ")");
  }
}

function disjunction(scanner: Scanner): Formula {
  let left = conjunction(scanner);
  while (scanner.take(/or\b/y)) left = { kind: "pair", operator: "or", left, right: conjunction(scanner) };
  return left;
}

function conjunction(scanner: Scanner): Formula {
  let left = negation(scanner);
  while (scanner.take(/and\b/y)) left = { kind: "pair", operator: "and", left, right: negation(scanner) };
  return left;
}

function negation(scanner: Scanner): Formula {
  if (scanner.take(/not\b/y)) return { kind: "not", operand: negation(scanner) };
  return comparison(scanner);
}

function comparison(scanner: Scanner): Formula {
  const first = bits(scanner);
  const rest: { operator: "==" | "!=" | "<" | "<=" | ">" | ">="; right: Formula }[] = [];
  for (let found = scanner.take(/==|!=|<=|>=|<|>/y); found; found = scanner.take(/==|!=|<=|>=|<|>/y)) {
    rest.push({ operator: found[0] as "==", right: bits(scanner) });
  }
  return rest.length === 0 ? first : { kind: "compare", first, rest };
}

function bits(scanner: Scanner): Formula {
  let left = sum(scanner);
  for (let found = scanner.take(/[&|]/y); found; found = scanner.take(/[&|]/y))
    left = { kind: "pair", operator: found[0] as "&", left, right: sum(scanner) };
  return left;
}

function sum(scanner: Scanner): Formula {
  let left = product(scanner);
  for (let found = scanner.take(/[+-]/y); found; found = scanner.take(/[+-]/y))
    left = { kind: "pair", operator: found[0] as "+", left, right: product(scanner) };
  return left;
}

function product(scanner: Scanner): Formula {
  let left = atom(scanner);
  for (let found = scanner.take(/[*/%]/y); found; found = scanner.take(/[*/%]/y))
    left = { kind: "pair", operator: found[0] as "*", left, right: atom(scanner) };
  return left;
}

function atom(scanner: Scanner): Formula {
  if (scanner.accept("-")) return { kind: "minus", operand: atom(scanner) };
  if (scanner.accept("(")) {
    const inner = disjunction(scanner);
    scanner.expect(")", ")");
    return inner;
  }
  const number = scanner.take(NUMBER);
  if (number) return { kind: "number", value: Number(number[0]) };
  scanner.skip();
  const start = scanner.offset;
  const place = scanner.place();
  const name = scanner.need(NAME, "a number or a name, as tcpi_state")[0];
  if (name === "True" || name === "False") return { kind: "number", value: name === "True" ? 1 : 0 };
  if (KEYWORDS.includes(name))
    scanner.fail(`${name} cannot stand here`, "only comparisons of numbers are understood", start);
  return { kind: "name", name, place };
}

/**
 * The value of a formula; true is 1, false 0.
 * @param lookup null for a name that has no value
 * @throws ScriptError for such a name
 */
export function evaluate(formula: Formula, lookup: (name: string) => number | null): number {
  switch (formula.kind) {
    case "number":
      return formula.value;
    case "name": {
      const value = lookup(formula.name);
      if (value === null) throw new ScriptError(formula.place, `${formula.name} has no value here`);
      return value;
    }
    case "not":
      return evaluate(formula.operand, lookup) === 0 ? 1 : 0;
    case "minus":
      return -evaluate(formula.operand, lookup);
    case "pair":
      return pair(formula, lookup);
    case "compare": {
      let left = evaluate(formula.first, lookup);
      for (const { operator, right } of formula.rest) {
        const value = evaluate(right, lookup);
        if (!holds(operator, left, value)) return 0;
        left = value;
      }
      return 1;
    }
  }
}

function pair(
  { operator, left, right }: Extract<Formula, { kind: "pair" }>,
  lookup: (name: string) => number | null,
): number {
  const a = evaluate(left, lookup);
  if (operator === "and") return a === 0 ? a : evaluate(right, lookup);
  if (operator === "or") return a !== 0 ? a : evaluate(right, lookup);
  const b = evaluate(right, lookup);
  switch (operator) {
    case "&":
      return a & b;
    case "|":
      return a | b;
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return a / b;
    case "%":
      return a - b * Math.floor(a / b);
  }
}

function holds(operator: string, a: number, b: number): boolean {
  switch (operator) {
    case "==":
      return a === b;
    case "!=":
      return a !== b;
    case "<":
      return a < b;
    case "<=":
      return a <= b;
    case ">":
      return a > b;
    default:
      return a >= b;
  }
}

/** Every name a formula asks for, for messages. */
export function namesIn(formula: Formula): readonly string[] {
  switch (formula.kind) {
    case "number":
      return [];
    case "name":
      return [formula.name];
    case "not":
    case "minus":
      return namesIn(formula.operand);
    case "pair":
      return [...namesIn(formula.left), ...namesIn(formula.right)];
    case "compare":
      return [...namesIn(formula.first), ...formula.rest.flatMap(({ right }) => namesIn(right))];
  }
}
