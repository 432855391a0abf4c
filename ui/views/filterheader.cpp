// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/views/filterheader.h"

#include "core/table/columnfilter.h"
#include "ui/models/recordmodel.h"
#include "ui/views/filterbox.h"

#include <QScrollBar>
#include <QTableView>

namespace slotscope::ui {

namespace {

/// What can be written there, in a word or two.
QString placeholderFor(const core::Column &column)
{
    const auto only = [&column](std::initializer_list<core::Value::Kind> kinds) {
        quint32 bits = 0;
        for (const core::Value::Kind kind : kinds)
            bits |= core::Column::kindBit(kind);
        return column.kinds != 0 && (column.kinds & ~bits) == 0;
    };
    using Kind = core::Value::Kind;
    if (column.meta == core::Column::Meta::Lease)
        return FilterHeader::tr("absent");
    if (column.group == core::Column::Group::Meta)
        return FilterHeader::tr("1  >1  1..9");
    if (only({Kind::Integer, Kind::Float, Kind::Decimal}) && !column.named)
        return FilterHeader::tr("1  >1  1..9");
    if (only({Kind::Bool}))
        return FilterHeader::tr("true, false");
    if (only({Kind::Timestamp}))
        return FilterHeader::tr("2024-01  >2024-01-31");
    return FilterHeader::tr("contains");
}

} // namespace

FilterHeader::FilterHeader(QTableView *view)
    : QHeaderView(Qt::Horizontal, view)
    , m_table(view)
{
    m_placing.setSingleShot(true);
    m_placing.setInterval(0);
    connect(&m_placing, &QTimer::timeout, this, &FilterHeader::placeBoxes);
    const auto later = [this] { m_placing.start(); };
    connect(this, &QHeaderView::sectionResized, &m_placing, later);
    connect(this, &QHeaderView::sectionMoved, &m_placing, later);
    connect(this, &QHeaderView::sectionCountChanged, &m_placing, later);
    connect(view->horizontalScrollBar(), &QScrollBar::valueChanged, this, &FilterHeader::placeBoxes);
}

void FilterHeader::setRecordModel(RecordModel *model)
{
    m_model = model;
    connect(model, &RecordModel::columnsChanged, &m_placing, [this] {
        // What their placeholders say may have changed as well.
        const auto boxes = m_boxes;
        for (auto it = boxes.begin(); it != boxes.end(); ++it) {
            const int logical = m_model->columnOf(it.key());
            if (logical >= 0) {
                it.value()->setPlaceholderText(placeholderFor(m_model->columns()[size_t(logical)]));
            } else {
                m_boxes.remove(it.key());
                it.value()->deleteLater();
            }
        }
        m_placing.start();
    });
}

void FilterHeader::setBoxesShown(bool shown)
{
    if (m_shown == shown)
        return;
    m_shown = shown;
    if (m_boxHeight == 0)
        m_boxHeight = FilterBox(this).sizeHint().height();
    setViewportMargins(0, 0, 0, shown ? m_boxHeight : 0);
    // The table asks for the height.
    Q_EMIT geometriesChanged();
    m_placing.start();
}

QSize FilterHeader::sizeHint() const
{
    return QHeaderView::sizeHint() + QSize(0, m_shown ? m_boxHeight : 0);
}

void FilterHeader::updateGeometries()
{
    QHeaderView::updateGeometries();
    m_placing.start();
}

bool FilterHeader::hasBox(int logical) const
{
    return m_model && logical >= 0 && size_t(logical) < m_model->columns().size()
        && !isSectionHidden(logical);
}

void FilterHeader::takeContent(const QString &id, FilterBox *box) const
{
    const Content content = m_contents.value(id);
    if (box->text() != content.text)
        box->setText(content.text); // which is in m_contents already
    box->setFault(content.fault);
    box->setMeaning(content.meaning);
}

FilterBox *FilterHeader::box(int logical)
{
    if (!m_shown || !hasBox(logical))
        return nullptr;
    const core::Column &column = m_model->columns()[size_t(logical)];
    FilterBox *&box = m_boxes[column.id];
    if (box)
        return box;
    box = new FilterBox(this);
    box->setObjectName(QStringLiteral("filter:") + column.id);
    box->setAccessibleName(tr("Filter of %1").arg(column.title));
    box->setPlaceholderText(placeholderFor(column));
    takeContent(column.id, box);
    connect(box, &QLineEdit::textChanged, this, [this, id = column.id, made = box](const QString &text) {
        if (m_contents.value(id).text == text)
            return; // it came from there
        if (text.trimmed().isEmpty())
            made->setFault({});
        m_contents[id] = {.text = text};
        Q_EMIT boxEdited(id, text);
    });
    connect(box, &FilterBox::entered, this, [this, id = column.id] { Q_EMIT boxEntered(id); });
    connect(box, &FilterBox::historyRequested, this,
            [this, id = column.id, made = box] { Q_EMIT boxHistoryRequested(id, made); });
    connect(box, &FilterBox::neighbourRequested, this,
            [this, id = column.id](bool forward) { focusNeighbour(id, forward); });
    return box;
}

void FilterHeader::placeBoxes()
{
    m_placing.stop();
    QHash<QString, FilterBox *> unseen = m_boxes;
    if (m_shown && m_model) {
        const int first = visualIndexAt(0);
        const int end = visualIndexAt(viewport()->width() - 1);
        for (int visual = std::max(0, first); visual < count() && (end < 0 || visual <= end); ++visual) {
            const int logical = logicalIndex(visual);
            FilterBox *box = this->box(logical);
            if (!box)
                continue;
            box->setGeometry(sectionViewportPosition(logical), height() - m_boxHeight, sectionSize(logical),
                             m_boxHeight);
            box->show();
            unseen.remove(m_model->columns()[size_t(logical)].id);
        }
    }
    for (FilterBox *box : std::as_const(unseen)) {
        // Whoever types into it while the columns are scrolled goes on to do so.
        if (m_shown && box->hasFocus())
            box->move(-box->width(), box->y());
        else
            box->hide();
    }
}

void FilterHeader::setBoxText(const QString &id, const QString &text)
{
    if (text.isEmpty())
        m_contents.remove(id);
    else
        m_contents[id] = {.text = text};
    if (FilterBox *box = m_boxes.value(id))
        takeContent(id, box);
}

void FilterHeader::setBoxVerdict(const QString &id, const std::optional<core::FieldConditionError> &fault,
                                 const QString &meaning)
{
    Content &content = m_contents[id];
    content.fault = fault;
    content.meaning = meaning;
    if (FilterBox *box = m_boxes.value(id))
        takeContent(id, box);
}

bool FilterHeader::focusBox(int logical)
{
    FilterBox *box = this->box(logical);
    if (!box)
        return false;
    // As far as it takes to see the column.
    QScrollBar *bar = m_table->horizontalScrollBar();
    const int left = sectionPosition(logical);
    const int right = left + std::min(sectionSize(logical), viewport()->width());
    if (left < offset())
        bar->setValue(left);
    else if (right > offset() + viewport()->width())
        bar->setValue(right - viewport()->width());
    placeBoxes();
    box->setFocus(Qt::TabFocusReason);
    box->selectAll();
    return true;
}

void FilterHeader::focusNeighbour(const QString &id, bool forward)
{
    const int logical = m_model->columnOf(id);
    int visual = logical < 0 ? -1 : visualIndex(logical);
    do {
        visual += forward ? 1 : -1;
        if (visual < 0 || visual >= count()) {
            Q_EMIT boxesLeft(forward);
            return;
        }
    } while (!focusBox(logicalIndex(visual)));
}

} // namespace slotscope::ui
