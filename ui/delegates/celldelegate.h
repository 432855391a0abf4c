// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/recordmodel.h"

#include <QCache>
#include <QStaticText>
#include <QStyledItemDelegate>

namespace slotscope::ui {

/// Paints the cells of a RecordModel (states, flashes, nulls, errors) and edits them in place with the editor
/// that fits the kind of the cell: a check box, a line, or for longer text a small text editor. What does not
/// fit is refused while typing, with the reason.
class CellDelegate : public QStyledItemDelegate
{
    Q_OBJECT
public:
    explicit CellDelegate(QObject *parent = nullptr);

    /// Whether the text in an editor does not fit; says why at its place.
    static bool refuses(QWidget *editor);
    /// What the editor was opened on, and what was typed that is something else; nothing if nothing was.
    static std::optional<std::pair<EditStart, QString>> typedInto(const QWidget *editor);

    void paint(QPainter *painter, const QStyleOptionViewItem &option,
               const QModelIndex &index) const override;
    QWidget *createEditor(QWidget *parent, const QStyleOptionViewItem &option,
                          const QModelIndex &index) const override;
    void setEditorData(QWidget *editor, const QModelIndex &index) const override;
    void setModelData(QWidget *editor, QAbstractItemModel *model, const QModelIndex &index) const override;
    void updateEditorGeometry(QWidget *editor, const QStyleOptionViewItem &option,
                              const QModelIndex &index) const override;
    bool eventFilter(QObject *editor, QEvent *event) override;

protected:
    void initStyleOption(QStyleOptionViewItem *option, const QModelIndex &index) const override;

private:
    void paintCell(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const;
    const QStaticText &layOut(const QStyleOptionViewItem &option, int width) const;

    /// A text as it stands in a cell.
    struct TextKey
    {
        QString text;
        int width = 0; // that there is for it
        bool italic = false;

        friend bool operator==(const TextKey &, const TextKey &) = default;
        friend size_t qHash(const TextKey &key, size_t seed = 0)
        {
            return qHashMulti(seed, key.text, key.width, key.italic);
        }
    };
    mutable QCache<TextKey, QStaticText> m_texts; // laid out; of m_font
    mutable QFont m_font;
};

} // namespace slotscope::ui
