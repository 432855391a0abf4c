// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/delegates/celldelegate.h"

#include "core/value/valuetext.h"
#include "ui/theme.h"

#include <QApplication>
#include <QCheckBox>
#include <QKeyEvent>
#include <QLineEdit>
#include <QPainter>
#include <QPlainTextEdit>
#include <QToolTip>

#include <cmath>

namespace slotscope::ui {

using core::Value;

namespace {

/// Longer text, or text of several lines, gets an editor with room.
constexpr qsizetype LongText = 120;
/// How much of a row's tint the cells get that were not changed.
constexpr double UnchangedStrength = 0.35;
constexpr QSize RoomyEditor(420, 140);
/// Some screens full of cells whose text is kept as it was laid out.
constexpr int MostTexts = 3000;

bool needsRoom(const QString &text)
{
    return text.size() > LongText
        || std::any_of(text.cbegin(), text.cend(), [](QChar c) { return c < QLatin1Char(' '); });
}

bool isOneLine(const QString &text)
{
    return std::none_of(text.cbegin(), text.cend(), [](QChar c) {
        return c < QLatin1Char(' ') || c == QChar::LineSeparator || c == QChar::ParagraphSeparator;
    });
}

/// What the editor was opened on; null pointer for no editor of ours.
std::shared_ptr<EditStart> startOf(const QWidget *editor)
{
    return editor->property("start").value<std::shared_ptr<EditStart>>();
}

/// Why the text does not fit; empty if it does.
QString refusal(const QWidget *editor, const QString &text)
{
    const auto start = startOf(editor);
    if (!start || text == core::editText(start->value))
        return {};
    const auto parsed = core::parseLike(start->value, text);
    return parsed ? QString() : parsed.error();
}

QString textOf(const QWidget *editor)
{
    if (const auto *line = qobject_cast<const QLineEdit *>(editor))
        return line->text();
    if (const auto *area = qobject_cast<const QPlainTextEdit *>(editor))
        return area->toPlainText();
    return {};
}

/// Marks the editor while its text does not fit; the reason is its tooltip.
void check(QWidget *editor)
{
    const QString reason = refusal(editor, textOf(editor));
    QPalette palette = QApplication::palette(editor);
    if (!reason.isEmpty())
        palette.setColor(QPalette::Base, theme::tint(theme::Mark::Conflict, palette));
    editor->setPalette(palette);
    editor->setToolTip(reason);
}

theme::Mark markOf(RowState state)
{
    switch (state) {
    case RowState::Inserted:
        return theme::Mark::Inserted;
    case RowState::Deleted:
    case RowState::Gone:
        return theme::Mark::Deleted;
    case RowState::Conflict:
        return theme::Mark::Conflict;
    case RowState::Edited:
    case RowState::Clean:
        break;
    }
    return theme::Mark::Edited;
}

} // namespace

CellDelegate::CellDelegate(QObject *parent)
    : QStyledItemDelegate(parent)
    , m_texts(MostTexts)
{
}

bool CellDelegate::refuses(QWidget *editor)
{
    const QString reason = refusal(editor, textOf(editor));
    if (reason.isEmpty())
        return false;
    QToolTip::showText(editor->mapToGlobal(QPoint(0, editor->height())), reason, editor);
    return true;
}

std::optional<std::pair<EditStart, QString>> CellDelegate::typedInto(const QWidget *editor)
{
    const auto start = editor ? startOf(editor) : nullptr;
    if (!start)
        return std::nullopt;
    QString text = textOf(editor);
    if (const auto *box = qobject_cast<const QCheckBox *>(editor))
        text = core::editText(Value::boolean(box->isChecked()));
    return text == core::editText(start->value) ? std::nullopt : std::optional(std::pair(*start, text));
}

void CellDelegate::initStyleOption(QStyleOptionViewItem *option, const QModelIndex &index) const
{
    QStyledItemDelegate::initStyleOption(option, index);
    const bool null = index.data(RecordModel::NullRole).toBool();
    if (null) {
        const int kind = index.data(RecordModel::KindRole).toInt();
        option->text = kind < 0 ? QString() : QStringLiteral("null");
    }
    if (null || index.data(RecordModel::DefaultRole).toBool()) {
        option->palette.setColor(QPalette::Text, theme::mutedText(option->palette));
        option->font.setItalic(true);
    }
    if (index.data(RecordModel::LinkRole).toBool()) {
        option->palette.setColor(QPalette::Text, theme::linkText(option->palette));
        option->font.setUnderline(option->state.testFlag(QStyle::State_MouseOver));
    }
    if (index.data(RecordModel::ErrorRole).toBool()) {
        option->palette.setColor(QPalette::Text, theme::accent(theme::Mark::Warning, option->palette));
        option->font.setItalic(true);
    }
}

void CellDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option,
                         const QModelIndex &index) const
{
    const auto state = static_cast<RowState>(index.data(RecordModel::StateRole).toInt());
    const double flash = index.data(RecordModel::FlashRole).toDouble();
    if (state == RowState::Gone) {
        constexpr double FaintestText = 0.3;
        painter->fillRect(option.rect, theme::tint(theme::Mark::Deleted, option.palette, flash));
        painter->save();
        painter->setOpacity(FaintestText + (1 - FaintestText) * flash);
        paintCell(painter, option, index);
        painter->restore();
        return;
    }
    if (state != RowState::Clean) {
        // The row lightly, what was changed in it plainly.
        const bool changed = index.data(RecordModel::ChangedRole).toBool();
        painter->fillRect(option.rect,
                          theme::tint(markOf(state), option.palette, changed ? 1 : UnchangedStrength));
    }
    if (flash > 0)
        painter->fillRect(option.rect, theme::tint(theme::Mark::Flash, option.palette, flash));
    paintCell(painter, option, index);
}

/// As the style would, which lays every text out several times, each time that it is painted; the same cells
/// are painted many times while rows come or change around them.
void CellDelegate::paintCell(QPainter *painter, const QStyleOptionViewItem &option,
                             const QModelIndex &index) const
{
    QStyleOptionViewItem cell(option);
    initStyleOption(&cell, index);
    const QStyle *style = cell.widget ? cell.widget->style() : QApplication::style();
    const bool isPlain = !(cell.state & (QStyle::State_HasFocus | QStyle::State_Editing))
        && !(cell.features
             & (QStyleOptionViewItem::HasDecoration | QStyleOptionViewItem::HasCheckIndicator
                | QStyleOptionViewItem::WrapText))
        && !cell.font.underline() && !cell.font.strikeOut() && isOneLine(cell.text);
    if (!isPlain) {
        style->drawControl(QStyle::CE_ItemViewItem, &cell, painter, cell.widget);
        return;
    }
    style->drawPrimitive(QStyle::PE_PanelItemViewItem, &cell, painter, cell.widget);
    const int margin = style->pixelMetric(QStyle::PM_FocusFrameHMargin, nullptr, cell.widget) + 1;
    const QRect room = cell.rect.adjusted(margin, 0, -margin, 0);
    if (cell.text.isEmpty() || room.width() <= 0)
        return;
    QPalette::ColorGroup group = QPalette::Disabled;
    if (cell.state & QStyle::State_Enabled)
        group = cell.state & QStyle::State_Active ? QPalette::Normal : QPalette::Inactive;
    const QStaticText &text = layOut(cell, room.width());
    const QSize size(int(std::ceil(text.size().width())), int(std::ceil(text.size().height())));
    const QRect place = QStyle::alignedRect(cell.direction, cell.displayAlignment, size, room);
    painter->save();
    if (!room.contains(place))
        painter->setClipRect(cell.rect, Qt::IntersectClip); // not even the dots fit
    painter->setFont(cell.font);
    painter->setPen(cell.palette.color(
        group, cell.state & QStyle::State_Selected ? QPalette::HighlightedText : QPalette::Text));
    painter->drawStaticText(place.topLeft(), text);
    painter->restore();
}

const QStaticText &CellDelegate::layOut(const QStyleOptionViewItem &option, int width) const
{
    QFont font = option.font;
    font.setItalic(false);
    if (font != m_font) {
        m_font = font;
        m_texts.clear();
    }
    const TextKey key {option.text, width, option.font.italic()};
    QStaticText *text = m_texts.object(key);
    if (!text) {
        QTextOption single;
        single.setWrapMode(QTextOption::NoWrap);
        single.setTextDirection(option.direction);
        text =
            new QStaticText(QFontMetrics(option.font).elidedText(option.text, option.textElideMode, width));
        text->setTextFormat(Qt::PlainText);
        text->setTextOption(single);
        text->prepare({}, option.font);
        m_texts.insert(key, text);
    }
    return *text;
}

QWidget *CellDelegate::createEditor(QWidget *parent, const QStyleOptionViewItem & /*option*/,
                                    const QModelIndex &index) const
{
    const auto *model = qobject_cast<const RecordModel *>(index.model());
    if (!model)
        return nullptr;
    if (const QString reason = model->readOnlyReason(index); !reason.isEmpty()) {
        QToolTip::showText(QCursor::pos(), reason, parent);
        Q_EMIT const_cast<RecordModel *>(model)->editRefused(reason);
        return nullptr;
    }
    const EditStart start = model->editStart(index);
    const Value &value = start.value;
    const QString text = core::editText(value);
    QWidget *editor = nullptr;
    if (value.kind() == Value::Kind::Bool) {
        auto *box = new QCheckBox(parent);
        box->setAutoFillBackground(true);
        editor = box;
    } else if (needsRoom(text)) {
        auto *area = new QPlainTextEdit(parent);
        area->setTabChangesFocus(true);
        area->setLineWrapMode(QPlainTextEdit::WidgetWidth);
        area->setPlainText(text);
        connect(area, &QPlainTextEdit::textChanged, area, [area] { check(area); });
        editor = area;
    } else {
        auto *line = new QLineEdit(parent);
        line->setFrame(true);
        line->setText(text);
        connect(line, &QLineEdit::textChanged, line, [line] { check(line); });
        editor = line;
    }
    if (value.kind() != Value::Kind::Bool && textOf(editor) != text) {
        // Carriage returns, no-break spaces and the like: an unchanged save would change them.
        delete editor;
        Q_EMIT const_cast<RecordModel *>(model)->editRefused(
            tr("The text holds characters that a text editor would change, such as carriage returns."));
        return nullptr;
    }
    editor->setProperty("start", QVariant::fromValue(std::make_shared<EditStart>(start)));
    editor->setAccessibleName(model->headerData(index.column(), Qt::Horizontal, Qt::DisplayRole).toString());
    return editor;
}

void CellDelegate::setEditorData(QWidget *editor, const QModelIndex &index) const
{
    // A live change of the cell must not overwrite what is being typed.
    if (editor->property("filled").toBool())
        return;
    editor->setProperty("filled", true);
    if (auto *box = qobject_cast<QCheckBox *>(editor)) {
        box->setChecked(startOf(editor)->value.toBool());
        box->setText(index.data(Qt::DisplayRole).toString());
        connect(box, &QCheckBox::toggled, box,
                [box](bool on) { box->setText(on ? QStringLiteral("true") : QStringLiteral("false")); });
    } else if (auto *line = qobject_cast<QLineEdit *>(editor)) {
        line->selectAll();
    } else if (auto *area = qobject_cast<QPlainTextEdit *>(editor)) {
        area->selectAll();
    }
}

void CellDelegate::setModelData(QWidget *editor, QAbstractItemModel *model, const QModelIndex &index) const
{
    auto *records = qobject_cast<RecordModel *>(model);
    const auto start = startOf(editor);
    if (!records || !start)
        return;
    const auto *box = qobject_cast<const QCheckBox *>(editor);
    if (!box)
        (void)records->finishEdit(index, *start, textOf(editor));
    else if (box->isChecked() != start->value.toBool())
        (void)records->finishEdit(index, *start, box->isChecked());
}

void CellDelegate::updateEditorGeometry(QWidget *editor, const QStyleOptionViewItem &option,
                                        const QModelIndex & /*index*/) const
{
    QRect rect = option.rect;
    if (qobject_cast<QPlainTextEdit *>(editor)) {
        rect.setSize(rect.size().expandedTo(RoomyEditor));
        const QRect room = editor->parentWidget()->rect();
        rect.moveRight(std::min(rect.right(), room.right()));
        rect.moveBottom(std::min(rect.bottom(), room.bottom()));
        rect.moveLeft(std::max(rect.left(), 0));
        rect.moveTop(std::max(rect.top(), 0));
    } else {
        rect.setWidth(std::max(rect.width(), 60));
    }
    editor->setGeometry(rect);
}

bool CellDelegate::eventFilter(QObject *object, QEvent *event)
{
    auto *editor = qobject_cast<QWidget *>(object);
    if (editor && event->type() == QEvent::KeyPress) {
        const auto *key = static_cast<QKeyEvent *>(event);
        const bool isEnter = key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter;
        const bool isRoomy = qobject_cast<QPlainTextEdit *>(editor) != nullptr;
        const bool leaves = key->key() == Qt::Key_Tab || key->key() == Qt::Key_Backtab;
        if ((leaves || (isEnter && !isRoomy)) && refuses(editor))
            return true;
        if (isEnter && isRoomy) {
            if (!(key->modifiers() & Qt::ControlModifier))
                return false; // a new line
            if (refuses(editor))
                return true;
            Q_EMIT commitData(editor);
            Q_EMIT closeEditor(editor);
            return true;
        }
    }
    return QStyledItemDelegate::eventFilter(object, event);
}

} // namespace slotscope::ui
