// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/slottreemodel.h"

#include <QPointer>
#include <QWidget>

class QLineEdit;
class QLabel;
class QTreeView;

namespace slotscope::core {
class Relations;
}

namespace slotscope::ui {

/// "Slots & keys": a filter line over the tree of everything in one etcd.
class Navigator : public QWidget
{
    Q_OBJECT
public:
    explicit Navigator(QWidget *parent = nullptr);

    /// Follows them from now on; null pointers: nothing is connected.
    void follow(core::SlotDirectory *directory, core::PlainKeys *keys, core::Relations *relations = nullptr,
                core::LiveRates *rates = nullptr);
    SlotTreeModel *model() const { return m_model; }
    QTreeView *view() const { return m_view; }

    /// Makes the slot the current item, without opening it. False if it is not there.
    bool select(core::Slot slot);
    void focusFilter();

Q_SIGNALS:
    void openRequested(const slotscope::ui::OpenTarget &target);
    /// How a slot is decoded is to be chosen.
    void decodeRequested(slotscope::core::Slot slot);
    /// The catalogue entry of a slot, or a new one, is to be edited.
    void entryRequested(std::optional<slotscope::core::Slot> slot);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void activate(const QModelIndex &index);
    void setFilter(const QString &text);
    void showContextMenu(const QPoint &position);
    void expandGroups();
    void updateHint();
    void showRates();

    QPointer<core::Relations> m_relations;
    SlotTreeModel *m_model;
    SlotTreeFilter *m_filter;
    QLineEdit *m_filterLine;
    QTreeView *m_view;
    QLabel *m_hint;
};

} // namespace slotscope::ui
