// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/changesummary.h"

namespace slotscope::ui {

/// What follows from a staged change, on one line beneath it.
struct DerivedWords
{
    QString operation; ///< on the entry; or `problem`, or `note` where nothing is written
    QString table; ///< the index
    QString key; ///< of the entry
    QString text; ///< what the entry leads to, with what is to be known about it; the problem before all
    bool isProblem = false;
};
DerivedWords derivedWords(const KeyResolver &resolver, const core::DerivedChange &derived);

/// The mark of it: a warning where it holds up the commit.
theme::Mark markOf(const core::DerivedChange &derived);
/// Why a commit has to wait, in a sentence; empty when nothing is a problem.
QString problemsText(const std::vector<core::DerivedChange> &derived);

} // namespace slotscope::ui
