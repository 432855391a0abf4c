// SPDX-License-Identifier: GPL-3.0-or-later
//
// The lists of SlotDialog: what the records may be, how they look, which do not fit.
#include "ui/dialogs/slotdialog.h"
#include "ui/models/slottypetext.h"
#include "ui/theme.h"
#include "ui/tooltip.h"

#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QSplitter>
#include <QTableWidget>
#include <QTreeWidget>

namespace slotscope::ui {

using core::SchemaProperty;

namespace {

QTreeWidget *makeList(const QStringList &headers, const QString &name)
{
    auto *list = new QTreeWidget;
    list->setHeaderLabels(headers);
    list->setRootIsDecorated(false);
    list->setUniformRowHeights(true);
    list->setAlternatingRowColors(true);
    list->setAccessibleName(name);
    return list;
}

} // namespace

QWidget *SlotDialog::buildLists()
{
    m_readings = makeList({tr("What the records may be"), tr("How sure"), tr("Why")}, tr("Readings"));
    m_readings->setToolTip(tr("Enter or a double-click takes a reading"));
    m_previewTable = new QTableWidget(0, 2);
    m_previewTable->setHorizontalHeaderLabels({tr("Key"), tr("Value")});
    m_previewTable->setAccessibleName(tr("Preview"));
    m_previewTable->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_previewTable->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_previewTable->horizontalHeader()->setStretchLastSection(true);
    m_previewTable->verticalHeader()->hide();
    m_previewTable->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 6);
    m_previewTable->setWordWrap(false);
    m_previewTable->setTabKeyNavigation(false);
    m_misfits = makeList({tr("Records that do not fit"), tr("Why")}, tr("Records that do not fit"));
    m_misfits->setToolTip(tr("Enter or a double-click shows the record"));
    m_misfits->hide();
    const int unit = fontMetrics().averageCharWidth();
    m_readings->header()->resizeSection(0, 40 * unit);
    m_readings->header()->resizeSection(1, 10 * unit);
    m_previewTable->horizontalHeader()->resizeSection(0, 40 * unit);
    m_misfits->header()->resizeSection(0, 40 * unit);
    connect(m_readings, &QTreeWidget::itemActivated, this, &SlotDialog::takeReading);
    const auto show = [this](const QByteArray &key) {
        Q_EMIT showRequested(core::KeyRange::slot(m_slot).begin + key);
    };
    connect(m_misfits, &QTreeWidget::itemActivated, this,
            [show](QTreeWidgetItem *item) { show(item->data(0, RecordRole).toByteArray()); });
    connect(m_previewTable, &QTableWidget::cellActivated, this,
            [this, show](int row) { show(m_previewTable->item(row, 0)->data(RecordRole).toByteArray()); });
    auto *splitter = new QSplitter(Qt::Vertical);
    splitter->addWidget(m_readings);
    splitter->addWidget(m_previewTable);
    splitter->addWidget(m_misfits);
    splitter->setChildrenCollapsible(false);
    splitter->setStretchFactor(1, 3);
    splitter->setStretchFactor(0, 1);
    splitter->setStretchFactor(2, 1);
    return splitter;
}

void SlotDialog::fillReadings()
{
    m_readings->clear();
    const core::SlotInfo *info = m_connection->directory()->find(m_slot);
    if (!info || !info->inference)
        return;
    const auto add = [this](const QString &what, const auto &reading, size_t nth, bool isKey) {
        auto *item = new QTreeWidgetItem(
            m_readings,
            {what, tr("%1 %").arg(std::min(99, qRound(reading.confidence * 100))), reading.evidence});
        item->setData(0, ReadingRole, qulonglong(nth));
        item->setData(0, IsKeyRole, isKey);
        item->setToolTip(2, asTip(reading.evidence));
    };
    // Values first: they are what is in doubt.
    for (size_t i = 0; i < info->inference->values.size(); ++i)
        add(tr("Values: %1").arg(readingText(info->inference->values[i])), info->inference->values[i], i,
            false);
    for (size_t i = 0; i < info->inference->keys.size(); ++i)
        add(tr("Keys: %1").arg(readingText(info->inference->keys[i])), info->inference->keys[i], i, true);
}

void SlotDialog::fillIndexes()
{
    QStringList lines;
    for (const core::IndexInDatabase &index : m_connection->relations()->indexes()) {
        const core::SlotInfo *other =
            m_connection->directory()->find(index.table == m_slot ? index.index : index.table);
        QStringList fields;
        for (const core::ValuePath &field : index.relation.fields)
            fields += field.toString();
        const QString by = fields.isEmpty() ? index.relation.expression : fields.join(QLatin1String(", "));
        const QString how = provenanceText(index.relation.provenance);
        if (index.table == m_slot)
            lines += tr("by %1 in %2 (%3)").arg(by, other ? other->title() : QString(), how);
        else if (index.index == m_slot)
            lines += tr("this is an index of %1 by %2 (%3)").arg(other ? other->title() : QString(), by, how);
    }
    m_indexes->setText(lines.isEmpty() ? tr("none known") : lines.join(QLatin1Char('\n')));
}

void SlotDialog::takePreview(const SlotPreviewResult &result)
{
    m_previewTable->setRowCount(int(result.rows.size()));
    const auto cell = [this](int row, int column, const QString &text, bool failed, const QByteArray &key) {
        auto *item = new QTableWidgetItem(text);
        item->setData(RecordRole, key);
        if (failed) {
            item->setIcon(theme::icon(theme::Glyph::Warning));
            item->setBackground(theme::tint(theme::Mark::Warning, palette()));
        }
        item->setToolTip(asTip(text));
        m_previewTable->setItem(row, column, item);
    };
    for (int row = 0; row < int(result.rows.size()); ++row) {
        const SlotPreviewResult::Row &shown = result.rows[size_t(row)];
        cell(row, 0, shown.keyText, shown.keyFailed, shown.key);
        cell(row, 1, shown.valueText, shown.valueFailed, shown.key);
    }
    m_misfits->clear();
    for (const core::Misfit &misfit : result.misfits) {
        auto *item =
            new QTreeWidgetItem(m_misfits, {QString::fromLatin1(misfit.key.toHex(' ')), misfit.what});
        item->setData(0, RecordRole, misfit.key);
        item->setToolTip(1, asTip(misfit.what));
    }
    m_misfits->setVisible(!result.misfits.empty());

    QComboBox *roots = line(SchemaProperty::FlatBuffersRoot).field;
    const QString chosen = core::schemaPropertyText(SchemaProperty::FlatBuffersRoot, resolved().type);
    roots->clear();
    for (const SlotPreviewResult::Root &root : result.roots) {
        const QString name = root.fitsName ? tr("%1 — fits the name").arg(root.name) : root.name;
        roots->addItem(tr("%1: %2 of %3 values verify").arg(name).arg(root.verified).arg(result.rootsTried),
                       root.name);
    }
    // In a schema just chosen the first one, which most values verify as, is the one that is meant.
    const auto schema = m_decisions.find(SchemaProperty::FlatBuffersSchema);
    if (schema != m_decisions.end() && schema->second && roots->findData(chosen) < 0 && !result.roots.empty()
        && result.roots.front().verified > 0) {
        choose(SchemaProperty::FlatBuffersRoot, result.roots.front().name);
        return;
    }
    makeCurrent(roots, chosen);
    m_problem->setText(result.schemaProblem);
    m_problem->setVisible(!result.schemaProblem.isEmpty());
    m_summary->setText(tr("%1 of %2 sampled records can be decoded like this.")
                           .arg(locale().toString(result.fitting), locale().toString(result.records)));
}

} // namespace slotscope::ui
