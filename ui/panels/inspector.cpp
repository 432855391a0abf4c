// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/inspector.h"

#include "core/value/valuetext.h"
#include "ui/models/changesummary.h"
#include "ui/panels/banner.h"
#include "ui/panels/hexpane.h"
#include "ui/panels/inspectorheader.h"
#include "ui/panels/inspectortree.h"
#include "ui/panels/textpane.h"
#include "ui/panels/textstager.h"
#include "ui/views/hexview.h"

#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabWidget>
#include <QToolButton>
#include <QTreeView>
#include <QVBoxLayout>
#include <QtConcurrentRun>

namespace slotscope::ui {

using core::Change;
using core::Value;

namespace {

constexpr qsizetype LargeValue = Inspector::LargeValue;

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
    const QString text =
        Inspector::tr("Edited, not committed yet: %1.").arg(changeText(record.codec, change));
    return change.mergedAt.value > 0
        ? Inspector::tr("%1 Merged with what somebody else wrote at revision %2.")
              .arg(text)
              .arg(change.mergedAt.value)
        : text;
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
    , m_keptBanner(new Banner(this))
    , m_splitter(new QSplitter(Qt::Vertical))
    , m_tabs(new QTabWidget)
    , m_menuButton(new QToolButton)
    , m_belowButton(new QToolButton)
    , m_tree(new InspectorTree)
    , m_text(new TextPane)
    , m_stager(new TextStager(m_text, this))
    , m_keyHexLabel(new QLabel)
    , m_keyHex(new HexView)
    , m_hex(new HexPane)
{
    m_placeholder->setAlignment(Qt::AlignCenter);
    m_placeholder->setWordWrap(true);
    m_placeholder->setForegroundRole(QPalette::PlaceholderText);
    m_placeholder->setMargin(12);
    m_stack->addWidget(m_placeholder);
    m_stack->addWidget(makePage());
    auto *outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->setSpacing(4);
    // Also while no record is selected.
    outer->addWidget(m_keptBanner);
    outer->addWidget(m_stack, 1);
    connectParts();
}

Inspector::~Inspector()
{
    // The job works on its own copies; only its end must not come here any more.
    m_decoding.disconnect(this);
    // Nor what the editors say when they lose the focus in the end.
    const std::initializer_list<QObject *> parts {m_tree, m_stager, m_hex, m_hex->view(), m_tabs};
    for (QObject *part : parts)
        part->disconnect(this);
}

QWidget *Inspector::makePage()
{
    m_tabs->setDocumentMode(true);
    m_tabs->addTab(m_tree, tr("&Tree"));
    m_tabs->addTab(m_text, tr("Te&xt"));
    m_tabs->addTab(makeHexTab(), tr("&Hex"));
    m_tabs->setAccessibleName(tr("Value of the record"));
    makeCorner();
    m_splitter->addWidget(m_tabs);
    m_splitter->setChildrenCollapsible(false);

    auto *page = new QWidget;
    auto *layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(m_header);
    layout->addWidget(m_stateBanner);
    connect(m_stateBanner, &Banner::actionTriggered, this, [this] {
        if (m_record)
            Q_EMIT mergeRequested(m_record->record.key);
    });
    layout->addWidget(m_errorBanner);
    layout->addWidget(m_readOnlyBanner);
    layout->addWidget(m_editBanner);
    layout->addWidget(m_splitter, 1);
    return page;
}

// Beside the tabs: what can be done with the tree, and where the bytes are shown.
void Inspector::makeCorner()
{
    auto *menu = new QMenu(m_menuButton);
    connect(menu, &QMenu::aboutToShow, this, [this, menu] {
        menu->clear();
        m_tree->fillMenu(menu);
    });
    m_menuButton->setText(tr("&Node"));
    m_menuButton->setToolTip(tr("What can be done with the selected node"));
    m_menuButton->setMenu(menu);
    m_menuButton->setPopupMode(QToolButton::InstantPopup);
    m_menuButton->setAutoRaise(true);
    m_belowButton->setText(tr("&Bytes below"));
    m_belowButton->setToolTip(
        tr("Show the bytes below tree and text, so that a node and its bytes are seen at once"));
    m_belowButton->setCheckable(true);
    m_belowButton->setAutoRaise(true);
    connect(m_belowButton, &QToolButton::clicked, this, &Inspector::setBytesBelow);
    auto *corner = new QWidget;
    auto *layout = new QHBoxLayout(corner);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_menuButton);
    layout->addWidget(m_belowButton);
    m_tabs->setCornerWidget(corner);
    connect(m_tabs, &QTabWidget::currentChanged, this, [this](int tab) {
        m_menuButton->setVisible(tab == TreeTab);
        if (tab == TextTab)
            markInText();
    });
}

QWidget *Inspector::makeHexTab()
{
    m_keyHex->setAccessibleName(tr("Bytes of the key"));
    m_keyHex->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    m_hexTab = new QWidget;
    auto *layout = new QVBoxLayout(m_hexTab);
    layout->setContentsMargins(0, 4, 0, 0);
    layout->setSpacing(2);
    layout->addWidget(m_keyHexLabel);
    layout->addWidget(m_keyHex);
    layout->addWidget(m_hex, 1);
    const int lines = 3;
    m_keyHex->setFixedHeight(lines * QFontMetrics(theme::monospaceFont()).height()
                             + 2 * m_keyHex->frameWidth());
    return m_hexTab;
}

void Inspector::connectParts()
{
    const auto showHex = [this] { showBytes(); };
    connect(&m_decoding, &QFutureWatcherBase::finished, this, [this] {
        // What was asked for last may have been asked for again meanwhile.
        const Decoded decoded = m_decoding.result();
        if (decoded.generation == m_generation)
            showDecoded(decoded);
    });
    connect(m_errorBanner, &Banner::actionTriggered, this, showHex);
    connect(m_readOnlyBanner, &Banner::actionTriggered, this, &Inspector::followReadOnlyLink);
    connect(m_tree, &InspectorTree::editRequested, this, &Inspector::stageValue);
    connect(m_tree, &InspectorTree::editRefused, this, &Inspector::refuse);
    connect(m_tree, &InspectorTree::editingFinished, this, &Inspector::editingFinished);
    connect(m_tree, &InspectorTree::currentChanged, this, [this] { highlightCurrent(!m_followingHex); });
    connect(m_tree, &InspectorTree::hovered, this, [this](const Value::Source &source) {
        if (source.offset >= 0)
            highlight(source, true);
        else
            highlightCurrent();
    });
    connect(m_stager, &TextStager::edited, this,
            [this](const QByteArray &key, const QByteArray &bytes, const core::KeyState &madeOn) {
                m_editBanner->clearMessage();
                Q_EMIT valueEdited(key, bytes, madeOn);
            });
    connect(m_stager, &TextStager::settled, this, &Inspector::editingFinished);
    connect(m_stager, &TextStager::settled, this, &Inspector::busyChanged);
    connect(m_stager, &TextStager::formWanted, this, &Inspector::decodeRecord);
    connect(m_stager, &TextStager::keptChanged, this, &Inspector::showKept);
    connect(m_keptBanner, &Banner::actionTriggered, this, [this] {
        const std::vector<QByteArray> keys = m_stager->keptKeys();
        if (!keys.empty())
            Q_EMIT keyWanted(keys.front());
    });
    connect(m_hex, &HexPane::edited, this, &Inspector::stageBytes);
    connect(m_hex, &HexPane::choiceChanged, this, [this] {
        updateHexTitle();
        highlightCurrent();
    });
    connect(m_hex->view(), &HexView::editRefused, this, &Inspector::refuse);
    connect(m_hex->view(), &HexView::cursorMoved, this, &Inspector::followHexCursor);
}

QTreeView *Inspector::treeView() const
{
    return m_tree->view();
}
ValueTreeModel *Inspector::treeModel() const
{
    return m_tree->model();
}
HexView *Inspector::valueHex() const
{
    return m_hex->view();
}

void Inspector::setPlaceholder(const QString &text)
{
    m_placeholder->setText(text);
}

void Inspector::setBytesBelow(bool below)
{
    m_belowButton->setChecked(below);
    if (m_bytesBelow == below)
        return;
    m_bytesBelow = below;
    if (below) {
        m_tabs->removeTab(HexTab);
        m_splitter->addWidget(m_hexTab);
        m_hexTab->show();
        m_splitter->setSizes({3, 2});
    } else {
        m_tabs->addTab(m_hexTab, tr("&Hex"));
    }
    // Below there is room for what belongs to the tree, and the key is in the facts.
    m_keyHexLabel->setVisible(!below);
    m_keyHex->setVisible(!below);
    highlightCurrent();
}

void Inspector::showBytes()
{
    if (!m_bytesBelow)
        m_tabs->setCurrentIndex(HexTab);
    m_hex->view()->setFocus(Qt::OtherFocusReason);
}

bool Inspector::isEditing() const
{
    return m_tree->isEditing() || m_stager->isPending() || m_hex->view()->isInsideByte();
}

bool Inspector::isBusy() const
{
    return m_record && (!m_decoded || m_encoding > 0 || m_stager->isReading());
}

bool Inspector::mayEdit() const
{
    const bool deleted = m_record && m_record->change && m_record->change->kind == Change::Kind::Delete;
    return m_record && !deleted && m_record->readOnlyReason.isEmpty();
}

void Inspector::clear()
{
    m_stager->leave();
    ++m_generation;
    m_record.reset();
    m_decoded = false;
    m_tree->setEnabled(true);
    m_tree->forgetPlans();
    m_stack->setCurrentIndex(0);
    m_editBanner->clearMessage();
}

QByteArray Inspector::shownValue() const
{
    return m_record ? valueOf(*m_record) : QByteArray();
}

// The server's bytes, so that what is changed back is again what is there.
QByteArray Inspector::encodedBefore() const
{
    return m_record->record.value.isEmpty() ? shownValue() : m_record->record.value;
}

void Inspector::setRecord(const InspectedRecord &record)
{
    m_sameKey = m_record && m_record->record.key == record.record.key;
    if (!m_sameKey) {
        m_stager->leave();
        m_tree->forgetPlans();
        m_editBanner->clearMessage();
    }
    m_record = record;
    if (m_keyHex->data() != record.record.key)
        m_keyHex->setData(record.record.key);
    m_keyHexLabel->setText(tr("Key · %1").arg(sizeText(record.record.key.size())));
    // Compressed bytes come when they are decompressed.
    if (record.codec.type().compression == core::Compression::None)
        m_hex->setBytes(shownValue(), std::nullopt, m_sameKey);
    m_hex->setEditable(mayEdit());
    updateHexTitle();
    m_stack->setCurrentIndex(1);
    decodeRecord();
}

void Inspector::decodeRecord()
{
    if (!m_record)
        return;
    ++m_generation;
    if (shownValue().size() < LargeValue) {
        showDecoded(decode(*m_record, m_stager->chosenForm(), m_generation));
        return;
    }
    // What is in the tree still is of another record, or of another state of this one.
    m_decoded = false;
    m_tree->setEnabled(false);
    m_decoding.setFuture(
        QtConcurrent::run(&Inspector::decode, *m_record, m_stager->chosenForm(), m_generation));
}

Inspector::Decoded Inspector::decode(const InspectedRecord &record, std::optional<TextForm> form,
                                     quint64 generation)
{
    Decoded decoded;
    decoded.generation = generation;
    const QByteArray value = valueOf(record);
    decoded.row = core::decodeRow(record.codec, record.record.key, value);
    QByteArray plain = value;
    if (record.codec.type().compression != core::Compression::None) {
        if (auto bytes = record.codec.decompressed(value)) {
            plain = *std::move(bytes);
            decoded.plain = plain;
        }
    }
    decoded.forms = textForms(record.codec, decoded.row, plain);
    const bool has =
        form && std::find(decoded.forms.begin(), decoded.forms.end(), *form) != decoded.forms.end();
    decoded.form = has ? *form : decoded.forms.front();
    decoded.text = textInForm(decoded.form, decoded.row, plain);
    decoded.readOnlyReason =
        decoded.row.valueError ? tr("it cannot be decoded") : record.codec.readOnlyReason(value);
    if (record.codec.type().value == core::ValueType::FlatBuffers)
        decoded.obstacles = core::FlatBuffersCodec(record.codec.type().flatBuffers).obstacles(plain);
    decoded.state = changeInWords(record);
    return decoded;
}

void Inspector::showReadOnly(const Decoded &decoded)
{
    m_obstacles = decoded.obstacles;
    const core::FlatBuffersType &flat = m_record->codec.type().flatBuffers;
    const auto say = [this](const QString &text, const QString &action = {}) {
        m_readOnlyBanner->setMessage(theme::Mark::Warning, text, action);
    };
    const QString unknown = m_obstacles.unknownFields == 1
        ? tr("1 unknown field")
        : tr("%1 unknown fields").arg(m_obstacles.unknownFields);
    if (!m_record->readOnlyReason.isEmpty())
        say(tr("Read-only: %1").arg(asSentence(m_record->readOnlyReason)));
    else if (m_record->change && m_record->change->kind == Change::Kind::Delete)
        say(tr("Read-only: the record is marked to be deleted."));
    else if (m_obstacles.unknownFields > 0 && flat.dropUnknownFields)
        say(tr("An edit of this table may drop what the schema does not know; of this value, %1.")
                .arg(unknown),
            tr("Make such values read-only again"));
    else if (m_obstacles.otherIdentifier && flat.anyIdentifier)
        say(tr("This value does not carry the file identifier of the schema, so it may be something else."),
            tr("Make such values read-only again"));
    else if (m_obstacles.unknownFields > 0)
        say(tr("Only the bytes of this value can be edited: %1").arg(asSentence(decoded.readOnlyReason)),
            tr("Edit anyway (drops %1)").arg(unknown));
    else if (m_obstacles.otherIdentifier && decoded.row.valueError)
        say(tr("Only the bytes of this value can be edited: %1")
                .arg(asSentence(decoded.row.valueError->what)),
            tr("Edit anyway (as if it were meant for this schema)"));
    else if (!decoded.readOnlyReason.isEmpty())
        say(tr("Only the bytes of this value can be edited: %1").arg(asSentence(decoded.readOnlyReason)),
            tr("Edit the bytes"));
    else
        m_readOnlyBanner->clearMessage();
}

void Inspector::followReadOnlyLink()
{
    if (!m_record)
        return;
    const core::FlatBuffersType &flat = m_record->codec.type().flatBuffers;
    const bool unknown = m_obstacles.unknownFields > 0;
    const bool other = m_obstacles.otherIdentifier;
    if (!unknown && !other)
        showBytes();
    else if ((unknown && flat.dropUnknownFields) || (other && flat.anyIdentifier))
        Q_EMIT leniencyWanted(false, false);
    else
        Q_EMIT leniencyWanted(unknown || flat.dropUnknownFields, other || flat.anyIdentifier);
}

void Inspector::showDecoded(const Decoded &decoded)
{
    m_decoded = true;
    m_value = decoded.row.value;
    m_form = decoded.form;
    m_tree->setEnabled(true);
    showFacts(decoded);
    if (m_record->change)
        m_stateBanner->setMessage(markOf(*m_record->change), decoded.state,
                                  m_record->change->conflict ? tr("Merge …") : QString());
    else
        m_stateBanner->clearMessage();
    showReadOnly(decoded);
    const bool editable = mayEdit() && decoded.readOnlyReason.isEmpty();
    if (m_record->codec.type().compression != core::Compression::None)
        m_hex->setBytes(shownValue(), decoded.plain, m_sameKey);
    updateHexTitle();

    m_tree->setValue(decoded.row.value, m_record->codec, editable);
    showText(decoded, editable);
    highlightCurrent(!m_hex->view()->hasFocus());
    showErrors(decoded.row);
    Q_EMIT busyChanged();
}

void Inspector::showText(const Decoded &decoded, bool editable)
{
    TextStager::Shown shown;
    shown.key = m_record->record.key;
    shown.codec = m_record->codec;
    if (!decoded.row.valueError)
        shown.value = decoded.row.value;
    shown.bytes = shownValue();
    shown.before = encodedBefore();
    shown.madeOn = m_record->madeOn;
    shown.forms = decoded.forms;
    shown.form = decoded.form;
    shown.text = decoded.text;
    // JSON that is no JSON yet is a text all the same.
    shown.editable =
        editable || (mayEdit() && decoded.row.valueError && decoded.form == TextForm::JsonStored);
    m_stager->show(shown);
    if (m_tabs->currentIndex() == TextTab)
        markInText();
}

void Inspector::updateHexTitle()
{
    const bool compressed = m_record->codec.type().compression != core::Compression::None;
    const QString size = sizeText(m_hex->view()->data().size());
    if (m_hex->showsPlain())
        m_hex->setTitle(tr("Value, decompressed · %1").arg(size));
    else
        m_hex->setTitle(compressed ? tr("Value as stored, compressed · %1").arg(size)
                                   : tr("Value · %1").arg(size));
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
        HexView *hex = m_hex->view();
        if ((stored || m_hex->showsPlain()) && row.valueError->offset >= 0) {
            // An end that comes too early is an error behind the last byte: the last one is the nearest that
            // can be shown.
            hex->setHighlight(std::min<qint64>(row.valueError->offset, hex->data().size() - 1), 1,
                              !hex->hasFocus());
        }
    }
    if (messages.isEmpty())
        m_errorBanner->clearMessage();
    else
        m_errorBanner->setMessage(theme::Mark::Warning, messages.join(QLatin1Char(' ')),
                                  tr("Show the bytes"));
}

} // namespace slotscope::ui
