# SPDX-License-Identifier: GPL-3.0-or-later
"""What a figure with several filters says besides the sums: headers, the rule, what a sweep does, the summary."""

from ..page.captions import shape_text
from ..page.glyphs import TIMES, width
from ..plan.plan import ALWAYS, LANDED, LEAVES, NEVER
from .primitives import add_statement

GATHERED = 0.4  # the clock past the last step's end: the slices are one volume


class Wording:
    """The words of one figure; a part of `filters.FiltersStory`, which knows all that is named here."""

    def headers(self) -> None:
        """What the halves show: the input with its shape, and as many slices as there are filters."""
        if not self.scene.look.labels:
            return
        sheet, w, trace, word = self.sheet, self.scene.words, self.trace, self.word
        sizes, out = trace.input.shape[1:], trace.output.shape[1:]
        deep = (self.channels,) if self.channels > 1 else ()
        given = f"{w.input} {shape_text((*sizes, *deep))}"
        order = [w.rows, w.columns][-len(sizes) :] + ([w.depth] if deep else [])
        made = f"{w.output} {shape_text((*out, self.filters))}"
        # bare numbers stand over the slices where there is no room for words: then it is said here what they count
        bare = self.layout.stacks[0].captions and self.layout.stacks[0].captions[0][0] == str(self.number(0))
        count = w.above_slices if bare and not self.layout.right.beside else w.slices
        count = count.replace("{filters}", str(self.filters))
        left = [f"{given} ({f' {TIMES} '.join(order)})", given]
        right = [f"{made}:  {count}", made] if self.filters > 1 else [made]
        x0, _, x1, _ = sheet.inner
        pairs = [(a, b) for b in right for a in left]
        said = next((p for p in pairs if sum(map(width, p)) * word + 1.5 * word <= x1 - x0), pairs[-1])
        points, edge = [], x0
        for text, panel in zip(said, self.layout.panels, strict=True):
            wide = width(text) * word
            # over its half's middle, as far as the frame and what stands left of it allow
            at = max(min((panel[0] + panel[2] - wide) / 2, x1 - wide), edge)
            if text is said[0]:
                at = min(at, x1 - (width(said[1]) + 1.5) * word - wide)
            points.append(sheet.text(text, at, panel[3] + 0.55 * word, word, sheet.theme.ink, align="left"))
            edge = at + wide + 1.5 * word
        sheet.words("headers", "Headers", points)

    def equation(self) -> None:
        """At the end, between both stacks: what made one of the other, as in "∗ 4 filters 3 × 3 × 3 ="."""
        sheet, w, word = self.sheet, self.scene.words, self.word
        kernel = (*self.trace.kernel_size, self.depth) if self.channels > 1 else self.trace.kernel_size
        text = f"* {self.filters} {w.filters} {shape_text(kernel)} ="
        left, right = self.stacks[0] or max((b.box for b in self.layout.inputs), key=lambda b: b[2]), self.stacks[1]
        if self.layout.bands or not self.scene.look.labels or width(text) * word > right[0] - left[2] - word:
            return
        x, y = (left[2] + right[0]) / 2, (right[1] + right[3]) / 2 - 0.35 * word
        sheet.words("equation", "Equation",
                    [sheet.text(text, x, y, word, sheet.theme.ink, visible_from=self.last + GATHERED)])

    def say(self) -> None:
        """The sums, and what stands in their place before, between and after."""
        sheet, w, trace, word = self.sheet, self.scene.words, self.trace, self.word
        y0, used = sheet.inner[1], self.sums.used
        self.sums.set(sheet, trace, y0, self.last)
        high = min(used / 2 + 0.7 * word, used - 0.35 * word)
        low = max(used / 2 - 0.7 * word, 0.35 * word)
        one = len(trace[0].taps) == self.depth > 1
        rule = (w.rule_point if one else w.rule).replace("{count}", str(len(trace[0].taps)))
        depth = (w.group_depth if trace.groups > 1 else w.filter_depth).replace("{depth}", str(self.depth))
        depth = depth.replace("{channels}", str(self.channels)).replace("{groups}", str(trace.groups))
        said = w.slices.replace("{filters}", str(self.filters))
        said = f"{depth};  {said}" if self.channels > 1 else said
        add_statement(sheet, "rule", rule, y0 + high, ALWAYS, -LANDED)
        add_statement(sheet, "rule.depth", said, y0 + low, ALWAYS, -LANDED)
        add_statement(sheet, "summary", said, y0 + used / 2, self.last, NEVER, sheet.theme.ink)
        for first, last in self.schedule.sweeps:
            n = first // self.section
            text = w.fills.replace("{number}", str(self.number(n))).replace("{count}", str(self.section))
            add_statement(sheet, f"sweep.{self.number(n)}", text, y0 + used / 2, first - 1 + 2 * LEAVES,
                          last + 2 * LEAVES, self.ink(n))  # fmt: skip
