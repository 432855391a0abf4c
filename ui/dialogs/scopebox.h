// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/edit/stagedrows.h"

#include <QComboBox>

namespace slotscope::ui {

class RecordModel;

/// Which records an operation is for: those selected, those that the filter lets through, or all.
class ScopeBox : public QComboBox
{
    Q_OBJECT
public:
    enum Scope { Selection, Shown, All };

    /// `selected` by the user; the default, where there are several.
    ScopeBox(const RecordModel *model, const std::vector<int> &selected, QWidget *parent = nullptr);

    /// As the rows are now; those selected as they were when the box was made.
    core::RowChoice choice() const;
    void setScope(Scope scope) { setCurrentIndex(findData(int(scope))); }

private:
    const RecordModel *m_model;
    std::vector<QByteArray> m_selected; // by key, since rows move
};

} // namespace slotscope::ui
