// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/table/fieldcondition.h"

#include <QHash>
#include <QHeaderView>
#include <QTimer>

#include <optional>

class QTableView;

namespace slotscope::ui {

class FilterBox;
class RecordModel;

/// The header of the table of records, with a box for a filter below the title of every column that a
/// condition can name. Boxes are made for the columns in sight only; what is in them is known by the ids of
/// columns, and stays while columns come and go.
class FilterHeader : public QHeaderView
{
    Q_OBJECT
public:
    explicit FilterHeader(QTableView *view);

    void setRecordModel(RecordModel *model);
    void setBoxesShown(bool shown);
    bool areBoxesShown() const { return m_shown; }

    QString boxText(const QString &id) const { return m_contents.value(id).text; }
    /// Without boxEdited().
    void setBoxText(const QString &id, const QString &text);
    /// What came of reading the box of a column.
    void setBoxVerdict(const QString &id, const std::optional<core::FieldConditionError> &fault,
                       const QString &meaning);
    /// Null pointer where the column has none, or is hidden.
    FilterBox *box(int logical);
    /// Brings the box in sight, and the cursor into it. False where there is none.
    bool focusBox(int logical);

    QSize sizeHint() const override;

Q_SIGNALS:
    void boxEdited(const QString &id, const QString &text);
    /// On to the records.
    void boxEntered(const QString &id);
    /// By Tab behind the last one, or by Shift+Tab before the first.
    void boxesLeft(bool forward);
    void boxHistoryRequested(const QString &id, slotscope::ui::FilterBox *box);

protected:
    void updateGeometries() override;

private:
    struct Content
    {
        QString text;
        std::optional<core::FieldConditionError> fault;
        QString meaning;
    };
    bool hasBox(int logical) const;
    void placeBoxes();
    void takeContent(const QString &id, FilterBox *box) const;
    void focusNeighbour(const QString &id, bool forward);

    QTableView *m_table;
    RecordModel *m_model = nullptr;
    QHash<QString, Content> m_contents; // by Column::id
    QHash<QString, FilterBox *> m_boxes; // those that were in sight so far
    QTimer m_placing; // sections move many at a time
    int m_boxHeight = 0;
    bool m_shown = false;
};

} // namespace slotscope::ui
