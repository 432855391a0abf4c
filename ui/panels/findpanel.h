// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/connection/connection.h"
#include "core/table/search.h"

#include <QPointer>
#include <QWidget>

class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QTreeView;

namespace slotscope::ui {

class FilterBox;
class FindModel;
class SlotChooser;

/// Looks for a text or a condition in all tables and keys of the etcd, also in those that are not loaded.
class FindPanel : public QWidget
{
    Q_OBJECT
public:
    explicit FindPanel(QWidget *parent = nullptr);
    ~FindPanel() override;

    /// Null pointer: nothing is connected.
    void follow(core::Connection *connection);
    /// To where one types; with a text that is there already.
    void focusText(const QString &text = {});
    /// Begins with what is typed, or says what is wrong with it.
    void search();
    void cancel();
    bool isSearching() const { return m_search != nullptr; }

    FindModel *model() const { return m_model; }
    QTreeView *view() const { return m_view; }
    QLabel *summary() const { return m_summary; }
    QLineEdit *textLine() const { return m_text; }
    FilterBox *conditionLine() const { return m_condition; }

Q_SIGNALS:
    void showRequested(const QByteArray &key);

private:
    void tell();
    void finish();
    QString foundText() const;
    QString slotTitle(core::Slot slot) const;
    void showContextMenu(const QPoint &position);

    QPointer<core::Connection> m_connection;
    std::unique_ptr<core::Search> m_search;
    FindModel *m_model;
    QLineEdit *m_text;
    FilterBox *m_condition;
    SlotChooser *m_slot;
    QPushButton *m_go; // cancels while it searches
    QLabel *m_summary;
    QProgressBar *m_progress;
    QTreeView *m_view;
};

} // namespace slotscope::ui
