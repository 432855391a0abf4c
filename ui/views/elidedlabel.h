// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>

namespace slotscope::ui {

/// A line that ends in “…” where there is no room for all of it. Of plain text only; whoever fills it sees to
/// its tooltip.
class ElidedLabel : public QLabel
{
    Q_OBJECT
public:
    using QLabel::QLabel;

    /// What there is room for.
    QString shownText() const;

protected:
    void paintEvent(QPaintEvent *event) override;
};

} // namespace slotscope::ui
