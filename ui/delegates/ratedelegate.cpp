// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/delegates/ratedelegate.h"

#include "ui/models/slottreemodel.h"
#include "ui/theme.h"
#include "ui/views/rateplot.h"

#include <QPainter>

namespace slotscope::ui {

namespace {

constexpr double PlotStrength = 0.4;

} // namespace

void RateDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option,
                         const QModelIndex &index) const
{
    const QVariant history = index.data(SlotTreeModel::RateHistoryRole);
    if (history.isValid() && !(option.state & QStyle::State_Selected)) {
        // Faint, so that the number is read upon it.
        paintRates(painter, option.rect.adjusted(2, 1, 0, -1), history.value<std::vector<quint32>>(),
                   theme::mixed(option.palette.color(QPalette::Base),
                                theme::accent(theme::Mark::Flash, option.palette), PlotStrength));
    }
    QStyledItemDelegate::paint(painter, option, index);
}

} // namespace slotscope::ui
