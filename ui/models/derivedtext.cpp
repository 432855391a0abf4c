// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/derivedtext.h"

#include <QCoreApplication>

#include <algorithm>

namespace slotscope::ui {

using core::DerivedChange;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("slotscope::ui::derivedText", text);
}

} // namespace

DerivedWords derivedWords(const KeyResolver &resolver, const DerivedChange &derived)
{
    DerivedWords words;
    words.isProblem = !derived.problem.isEmpty();
    QStringList texts;
    if (words.isProblem)
        texts += derived.problem;
    if (derived.change.key.isEmpty()) {
        words.operation = words.isProblem ? tr("problem") : tr("note");
    } else {
        const ResolvedKey resolved = resolver ? resolver(derived.change.key) : ResolvedKey();
        words.operation = words.isProblem ? tr("problem") : operationText(derived.change.kind);
        words.table = resolved.table;
        words.key = keyText(resolved.codec, derived.change.key);
        const bool isGone = derived.change.kind == core::Change::Kind::Delete && !derived.change.base.exists;
        core::Change shown = derived.change;
        if (shown.base.exists && shown.base.value == shown.value)
            shown.kind = core::Change::Kind::Insert; // written again: what it holds
        if (!isGone && !words.isProblem)
            texts += changeText(resolved.codec, shown);
    }
    if (!derived.note.isEmpty())
        texts += derived.note;
    words.text = texts.join(QStringLiteral(" — "));
    return words;
}

theme::Mark markOf(const DerivedChange &derived)
{
    const bool warns = !derived.problem.isEmpty() || derived.change.key.isEmpty();
    return warns ? theme::Mark::Warning : markOf(derived.change);
}

QString problemsText(const std::vector<DerivedChange> &derived)
{
    const auto isProblem = [](const DerivedChange &each) { return !each.problem.isEmpty(); };
    const auto count = std::count_if(derived.cbegin(), derived.cend(), isProblem);
    if (count == 0)
        return {};
    const auto first = std::find_if(derived.cbegin(), derived.cend(), isProblem);
    return count == 1 ? tr("Not to be committed: %1.").arg(first->problem)
                      : tr("Not to be committed, for %1 reasons: %2; …").arg(count).arg(first->problem);
}

} // namespace slotscope::ui
