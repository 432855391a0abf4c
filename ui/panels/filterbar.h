// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/table/tablefilter.h"

#include <QTimer>
#include <QWidget>

class QLineEdit;
class QMenu;
class QToolButton;

namespace slotscope::ui {

class FilterBox;
class FilterHeader;
class RecordModel;
class RecordView;

/// What of a table is shown: a text to be found, a condition on any fields, and the boxes below the headers.
/// Follows what is typed after a moment. While something is not understood, what it was before counts.
class FilterBar : public QWidget
{
    Q_OBJECT
public:
    FilterBar(RecordModel *model, RecordView *view, QWidget *parent = nullptr);

    /// Where filters are remembered and saved; see ui/filtersettings.h.
    void setKey(const QString &key) { m_key = key; }
    /// As it was typed.
    const core::TableFilter &filter() const { return m_filter; }
    /// Shows it, and applies it at once.
    void setFilter(const core::TableFilter &filter);
    void clear() { setFilter({}); }
    /// Of the box of a column; text that is there already is replaced, or stays in front of an `and`.
    void setBox(const QString &id, const QString &text);
    void addToBox(const QString &id, const QString &text);
    void addCondition(const QString &condition);
    /// To what is remembered: somebody means it.
    void remember() const;

    void focusText();
    void focusCondition();
    /// The box of a column; the condition where it has none.
    void focusBox(int column);
    bool areBoxesShown() const;
    void setBoxesShown(bool shown);
    /// Saved filters, those used before, the parts of this one.
    void fillMenu(QMenu *menu);
    /// Asks for a name to keep the filter by.
    void saveAs();

    QLineEdit *textLine() const { return m_text; }
    FilterBox *conditionLine() const { return m_condition; }

Q_SIGNALS:
    /// What is asked of the model has changed.
    void applied();
    /// On to the records.
    void entered();

private:
    void edited();
    void check();
    void apply();
    void enter();
    void offerBoxHistory(const QString &id, FilterBox *box);
    void offerConditions();
    void addRemovals(QMenu *menu);
    QAction *addFilterAction(QMenu *menu, const QString &title, const core::TableFilter &filter);

    RecordModel *m_model;
    RecordView *m_view;
    FilterHeader *m_header;
    QLineEdit *m_text;
    FilterBox *m_condition;
    QToolButton *m_button;
    QString m_key;
    core::TableFilter m_filter; // as typed
    core::TableFilter m_understood; // of each part what was understood last
    QTimer m_delay;
};

} // namespace slotscope::ui
