/** Repeats every kind of block that an answer can have. */
export function longAnswer(length: number): string {
  let text = '';
  for (let part = 1; text.length < length; part++) {
    text += `## Part ${part}: what a harbour needs

The **harbour master** of part ${part} writes down every ship [1], its *length* and what it owes; \`fees.csv\` holds the rest. See [the rules](https://example.org/rules/${part}) for ships that stay longer than a night, and mind that a berth by the wall costs more than one in the middle of the basin.

- A berth by the wall, with water and current
- A berth in the middle
  - with a buoy, **or**
  - at anchor
- Nothing at all, when it storms

1. Write down the ship.
2. Weigh the cargo, twice.
3. Take the fee.

| Ship | Length | Fee a night | Owner |
| --- | ---: | ---: | --- |
${Array.from({ length: 8 }, (_, row) => `| Ship ${part}-${row} | ${10 + row} m | ${12 * (row + 1)} € | the house of *Number ${row}* |`).join('\n')}

\`\`\`python
def fee(length: float, nights: int) -> float:
    """What a ship owes, in euros."""
    if nights < 1:
        raise ValueError("a ship stays at least a night")
    return round(1.2 * length * nights, 2)
\`\`\`

> Who leaves before six pays half, says rule ${part}.

`;
  }
  return text;
}
