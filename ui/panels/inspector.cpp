// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/inspector.h"

#include "core/value/valuetext.h"
#include "ui/models/changesummary.h"
#include "ui/models/prettytext.h"
#include "ui/models/valuetreemodel.h"
#include "ui/panels/banner.h"
#include "ui/panels/inspectorheader.h"
#include "ui/panels/textpane.h"
#include "ui/views/hexview.h"

#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QScrollBar>
#include <QStackedWidget>
#include <QTabWidget>
#include <QTreeView>
#include <QVBoxLayout>
#include <QtConcurrentRun>

namespace slotscope::ui {

using core::Change;
using core::Value;

namespace {

constexpr qsizetype LargeValue = 65'536; // bytes; decoding more could be felt

QByteArray valueOf(const InspectedRecord &record)
{
    const bool staged = record.change && record.change->kind != Change::Kind::Delete;
    return staged ? record.change->value : record.record.value;
}

QString changeInWords(const InspectedRecord &record)
{
    if (!record.change)
        return {};
    const Change &change = *record.change;
    if (change.conflict)
        return conflictText(record.codec, change);
    switch (change.kind) {
    case Change::Kind::Insert:
        return Inspector::tr("New, not committed yet.");
    case Change::Kind::Delete:
        return Inspector::tr("Marked to be deleted, not committed yet.");
    case Change::Kind::Update:
        break;
    }
    return Inspector::tr("Edited, not committed yet: %1.").arg(changeText(record.codec, change));
}

QString asSentence(const QString &text)
{
    return text.endsWith(QLatin1Char('.')) ? text : text + QLatin1Char('.');
}

QString sizeText(qsizetype bytes)
{
    return QLocale().formattedDataSize(bytes, 1, QLocale::DataSizeTraditionalFormat);
}

QString typeInWords(const core::SlotType &type)
{
    QString text = QStringLiteral("%1 → %2").arg(type.key.name(), core::valueTypeName(type.value));
    if (type.compression != core::Compression::None)
        text += QStringLiteral(", ") + core::compressionName(type.compression);
    text += QStringLiteral(" · ") + core::typeSourceName(type.source);
    if (type.source == core::TypeSource::Inferred)
        text += QStringLiteral(" %1 %").arg(qRound(type.confidence * 100));
    return text;
}

} // namespace

Inspector::Inspector(QWidget *parent)
    : QWidget(parent)
    , m_stack(new QStackedWidget)
    , m_placeholder(new QLabel(tr("Select a record to see it here.")))
    , m_header(new InspectorHeader)
    , m_stateBanner(new Banner(this))
    , m_errorBanner(new Banner(this))
    , m_readOnlyBanner(new Banner(this))
    , m_editBanner(new Banner(this))
    , m_tabs(new QTabWidget)
    , m_tree(new QTreeView)
    , m_model(new ValueTreeModel(this))
    , m_text(new TextPane)
    , m_keyHexLabel(new QLabel)
    , m_keyHex(new HexView)
    , m_valueHexLabel(new QLabel)
    , m_valueHex(new HexView)
{
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(makeTreeTab(), tr("&Tree"));
    m_tabs->addTab(m_text, tr("Te&xt"));
    m_tabs->addTab(makeHexTab(), tr("&Hex"));
    m_tabs->setAccessibleName(tr("Value of the record"));

    auto *page = new QWidget;
    auto *layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(m_header);
    layout->addWidget(m_stateBanner);
    layout->addWidget(m_errorBanner);
    layout->addWidget(m_readOnlyBanner);
    layout->addWidget(m_editBanner);
    layout->addWidget(m_tabs, 1);

    m_placeholder->setAlignment(Qt::AlignCenter);
    m_placeholder->setWordWrap(true);
    m_placeholder->setForegroundRole(QPalette::PlaceholderText);
    m_placeholder->setMargin(12);
    m_stack->addWidget(m_placeholder);
    m_stack->addWidget(page);
    auto *outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->addWidget(m_stack);

    connect(&m_decoding, &QFutureWatcherBase::finished, this, [this] {
        // What was asked for last may have been asked for again meanwhile.
        const Decoded decoded = m_decoding.result();
        if (decoded.generation == m_generation)
            showDecoded(decoded);
    });
    connect(m_errorBanner, &Banner::actionTriggered, this, [this] {
        m_tabs->setCurrentIndex(HexTab);
        m_valueHex->setFocus(Qt::OtherFocusReason);
    });
    connect(m_model, &ValueTreeModel::editRequested, this,
            [this](const core::ValuePath &, const Value &newRoot) {
                m_editBanner->clearMessage();
                if (m_record)
                    Q_EMIT valueEdited(m_record->record.key, newRoot);
            });
    connect(m_model, &ValueTreeModel::editRefused, this, [this](const QString &reason) {
        m_editBanner->setMessage(theme::Mark::Warning, tr("Not changed: %1").arg(asSentence(reason)));
    });
}

Inspector::~Inspector()
{
    // The job works on its own copies; only its end must not come here any more.
    m_decoding.disconnect(this);
}

QWidget *Inspector::makeTreeTab()
{
    m_tree->setObjectName(QStringLiteral("valueTree"));
    m_tree->setModel(m_model);
    m_tree->setUniformRowHeights(true);
    m_tree->setAlternatingRowColors(true);
    m_tree->setEditTriggers(QAbstractItemView::DoubleClicked | QAbstractItemView::EditKeyPressed);
    m_tree->setAccessibleName(tr("Decoded value"));
    m_tree->header()->setStretchLastSection(false);
    m_tree->header()->setSectionResizeMode(ValueTreeModel::NameColumn, QHeaderView::Interactive);
    m_tree->header()->setSectionResizeMode(ValueTreeModel::ValueColumn, QHeaderView::Stretch);
    m_tree->header()->setSectionResizeMode(ValueTreeModel::TypeColumn, QHeaderView::Interactive);
    const int unit = m_tree->fontMetrics().averageCharWidth();
    m_tree->header()->resizeSection(ValueTreeModel::NameColumn, 18 * unit);
    m_tree->header()->resizeSection(ValueTreeModel::TypeColumn, 13 * unit);
    connect(m_tree->itemDelegate(), &QAbstractItemDelegate::closeEditor, this, &Inspector::editingFinished);
    connect(m_tree->selectionModel(), &QItemSelectionModel::currentChanged, this,
            &Inspector::highlightCurrent);
    return m_tree;
}

QWidget *Inspector::makeHexTab()
{
    m_keyHex->setAccessibleName(tr("Bytes of the key"));
    m_valueHex->setAccessibleName(tr("Bytes of the value"));
    m_keyHex->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    auto *tab = new QWidget;
    auto *layout = new QVBoxLayout(tab);
    layout->setContentsMargins(0, 4, 0, 0);
    layout->setSpacing(2);
    layout->addWidget(m_keyHexLabel);
    layout->addWidget(m_keyHex);
    layout->addWidget(m_valueHexLabel);
    layout->addWidget(m_valueHex, 1);
    const int lines = 4;
    m_keyHex->setFixedHeight(lines * QFontMetrics(theme::monospaceFont()).height()
                             + 2 * m_keyHex->frameWidth());
    return tab;
}

void Inspector::setPlaceholder(const QString &text)
{
    m_placeholder->setText(text);
}

bool Inspector::isEditing() const
{
    // Nothing but editors stands in the viewport of a tree.
    const auto editors = m_tree->viewport()->findChildren<QWidget *>(Qt::FindDirectChildrenOnly);
    return std::any_of(editors.cbegin(), editors.cend(),
                       [](const QWidget *editor) { return editor->isVisible(); });
}

bool Inspector::isBusy() const
{
    return !m_tree->isEnabled();
}

void Inspector::clear()
{
    ++m_generation;
    m_record.reset();
    m_tree->setEnabled(true);
    m_stack->setCurrentIndex(0);
    m_editBanner->clearMessage();
}

QByteArray Inspector::shownValue() const
{
    return m_record ? valueOf(*m_record) : QByteArray();
}

void Inspector::setRecord(const InspectedRecord &record)
{
    m_sameKey = m_record && m_record->record.key == record.record.key;
    m_record = record;
    ++m_generation;
    if (!m_sameKey)
        m_editBanner->clearMessage();

    const QByteArray value = shownValue();
    if (m_keyHex->data() != record.record.key)
        m_keyHex->setData(record.record.key);
    if (m_valueHex->data() != value) {
        const int at = m_valueHex->verticalScrollBar()->value();
        m_valueHex->setData(value);
        if (m_sameKey)
            m_valueHex->verticalScrollBar()->setValue(at);
    }
    m_keyHexLabel->setText(tr("Key · %1").arg(sizeText(record.record.key.size())));
    m_valueHexLabel->setText(record.codec.type().compression == core::Compression::None
                                 ? tr("Value · %1").arg(sizeText(value.size()))
                                 : tr("Value as stored, compressed · %1").arg(sizeText(value.size())));
    m_stack->setCurrentIndex(1);

    if (value.size() < LargeValue) {
        showDecoded(decode(record, m_generation));
        return;
    }
    // What is in the tree still is of another record, or of another state of this one.
    m_tree->setEnabled(false);
    m_decoding.setFuture(QtConcurrent::run(&Inspector::decode, record, m_generation));
}

Inspector::Decoded Inspector::decode(const InspectedRecord &record, quint64 generation)
{
    Decoded decoded;
    decoded.generation = generation;
    const QByteArray value = valueOf(record);
    decoded.row = core::decodeRow(record.codec, record.record.key, value);
    // Text is best read as it is; everything else as the notation has it.
    decoded.text = decoded.row.value.kind() == Value::Kind::Text ? decoded.row.value.toText()
                                                                 : prettyText(decoded.row.value);
    decoded.readOnlyReason = record.readOnlyReason;
    if (decoded.readOnlyReason.isEmpty() && decoded.row.valueError)
        decoded.readOnlyReason = tr("the value cannot be decoded");
    if (decoded.readOnlyReason.isEmpty())
        decoded.readOnlyReason = record.codec.readOnlyReason(value);
    if (decoded.readOnlyReason.isEmpty() && record.change && record.change->kind == Change::Kind::Delete)
        decoded.readOnlyReason = tr("the record is marked to be deleted");
    decoded.state = changeInWords(record);
    return decoded;
}

void Inspector::showDecoded(const Decoded &decoded)
{
    m_tree->setEnabled(true);
    showFacts(decoded);
    if (m_record->change)
        m_stateBanner->setMessage(markOf(*m_record->change), decoded.state);
    else
        m_stateBanner->clearMessage();
    if (decoded.readOnlyReason.isEmpty())
        m_readOnlyBanner->clearMessage();
    else
        m_readOnlyBanner->setMessage(theme::Mark::Warning,
                                     tr("Read-only: %1").arg(asSentence(decoded.readOnlyReason)));
    m_model->setEditable(decoded.readOnlyReason.isEmpty());
    m_model->setValue(decoded.row.value);
    m_text->setText(decoded.text, m_sameKey);
    highlightCurrent();
    showErrors(decoded.row);
}

void Inspector::showFacts(const Decoded &decoded)
{
    const core::KeyValue &record = m_record->record;
    const core::SlotType &type = m_record->codec.type();
    std::vector<InspectorHeader::Fact> facts;
    const std::vector<QString> titles = type.key.componentTitles();
    for (size_t i = 0; i < decoded.row.keyParts.size(); ++i) {
        const QString title = !decoded.row.keyError && i < titles.size() ? titles[i] : tr("key");
        facts.push_back({title, core::displayText(decoded.row.keyParts[i], 4000), {}});
    }
    facts.push_back({tr("Type"), typeInWords(type), type.evidence});
    facts.push_back({tr("Size"),
                     tr("key %1, value %2").arg(sizeText(record.key.size()), sizeText(shownValue().size())),
                     {}});
    if (record.modRevision.value != 0) {
        facts.push_back({tr("Revisions"),
                         tr("created %1, modified %2, version %3")
                             .arg(record.createRevision.value)
                             .arg(record.modRevision.value)
                             .arg(record.version),
                         {}});
    } else {
        facts.push_back({tr("Revisions"), tr("not on the server"), {}});
    }
    if (record.lease.value != 0) {
        facts.push_back({tr("Lease"), QString::number(record.lease.value, 16),
                         tr("The key goes away when this lease ends")});
    }
    m_header->setTitle(m_record->table);
    m_header->setFacts(facts);
}

void Inspector::showErrors(const core::DecodedRow &row)
{
    const auto sentence = [](const QString &what, const core::DecodeError &error) {
        return error.offset >= 0
            ? tr("%1 cannot be decoded at offset %2: %3.").arg(what).arg(error.offset).arg(error.what)
            : tr("%1 cannot be decoded: %2.").arg(what, error.what);
    };
    QStringList messages;
    m_keyHex->clearHighlight();
    if (row.keyError) {
        messages << sentence(tr("The key"), *row.keyError);
        m_keyHex->setHighlight(std::max<qint64>(row.keyError->offset, 0), 1);
    }
    if (row.valueError) {
        messages << sentence(tr("The value"), *row.valueError);
        const bool stored = m_record->codec.type().compression == core::Compression::None;
        if (stored && row.valueError->offset >= 0) {
            // An end that comes too early is an error behind the last byte: the last one is the nearest that
            // can be shown.
            m_valueHex->setHighlight(std::min<qint64>(row.valueError->offset, m_valueHex->data().size() - 1),
                                     1);
        }
    }
    if (messages.isEmpty())
        m_errorBanner->clearMessage();
    else
        m_errorBanner->setMessage(theme::Mark::Warning, messages.join(QLatin1Char(' ')),
                                  tr("Show the bytes"));
}

void Inspector::highlightCurrent()
{
    const QModelIndex current = m_tree->currentIndex();
    // Offsets in a compressed value count its decompressed bytes, which are not what is shown.
    const bool stored = m_record && m_record->codec.type().compression == core::Compression::None;
    const Value::Source source = current.isValid() ? m_model->valueAt(current).source() : Value::Source();
    if (stored && source.offset >= 0)
        m_valueHex->setHighlight(source.offset, source.length);
    else
        m_valueHex->clearHighlight();
}

} // namespace slotscope::ui
