// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/versiondetail.h"

#include "core/table/decodedrow.h"
#include "ui/models/textforms.h"
#include "ui/tooltip.h"
#include "ui/views/bytediffview.h"

#include <QFutureWatcher>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QTabWidget>
#include <QToolButton>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <QtConcurrentRun>

#include <algorithm>

namespace slotscope::ui {

using core::KeyVersion;

namespace {

QByteArray valueOf(const std::optional<KeyVersion> &version)
{
    return version && !version->deleted ? version->kv.value : QByteArray();
}

/// A version as a text to be read, in the form of `like` where it has that; null: there is no value.
QString readable(const core::SlotCodec &codec, const std::optional<KeyVersion> &version,
                 std::optional<TextForm> *like)
{
    if (!version || version->deleted)
        return {};
    const core::DecodedRow row = core::decodeRow(codec, version->kv.key, version->kv.value);
    const auto decompressed = codec.decompressed(version->kv.value);
    const QByteArray plain = decompressed ? *decompressed : version->kv.value;
    const std::vector<TextForm> forms = textForms(codec, row, plain);
    const auto has = [&forms](TextForm form) {
        return std::find(forms.cbegin(), forms.cend(), form) != forms.cend();
    };
    // Laid out, a difference takes the lines that it is in.
    TextForm form = has(TextForm::JsonLaidOut) ? TextForm::JsonLaidOut : forms.front();
    if (*like && has(**like))
        form = **like;
    *like = form;
    const QString text = QString::fromUtf8(textInForm(form, row, plain));
    return text.isNull() ? QLatin1String("") : text;
}

QString nameOf(const std::optional<KeyVersion> &version)
{
    return version ? VersionDetail::tr("revision %1").arg(version->revision().value)
                   : VersionDetail::tr("nothing");
}

} // namespace

bool VersionPair::isSameAs(const VersionPair &other) const
{
    const auto same = [](const std::optional<KeyVersion> &a, const std::optional<KeyVersion> &b) {
        return a.has_value() == b.has_value()
            && (!a || (a->revision() == b->revision() && a->kv.key == b->kv.key));
    };
    return same(before, other.before) && same(after, other.after);
}

VersionDetail::VersionDetail(QWidget *parent)
    : QWidget(parent)
    , m_label(new QLabel)
    , m_previous(new QToolButton)
    , m_next(new QToolButton)
    , m_tabs(new QTabWidget)
    , m_fields(new QTreeWidget)
    , m_text(new TextDiffView)
    , m_bytes(new ByteDiffView)
{
    m_label->setForegroundRole(QPalette::PlaceholderText);
    m_label->setTextFormat(Qt::PlainText);
    m_previous->setArrowType(Qt::UpArrow);
    m_next->setArrowType(Qt::DownArrow);
    m_previous->setToolTip(tr("Previous difference"));
    m_next->setToolTip(tr("Next difference"));
    for (QToolButton *button : {m_previous, m_next}) {
        button->setAutoRaise(true);
        connect(button, &QToolButton::clicked, this, [this, button] { showNext(button == m_previous); });
    }
    m_fields->setObjectName(QStringLiteral("versionFields"));
    m_fields->setAccessibleName(tr("Fields that differ"));
    m_fields->setHeaderLabels({tr("Field"), tr("Difference")});
    m_fields->setRootIsDecorated(false);
    m_fields->setUniformRowHeights(true);
    m_fields->setAlternatingRowColors(true);
    m_fields->header()->resizeSection(0, 28 * m_fields->fontMetrics().averageCharWidth());

    m_tabs->setDocumentMode(true);
    m_tabs->addTab(m_fields, tr("Fields"));
    m_tabs->addTab(m_text, tr("Text"));
    m_tabs->addTab(m_bytes, tr("Bytes"));
    connect(m_tabs, &QTabWidget::currentChanged, this, &VersionDetail::updateButtons);
    auto *line = new QHBoxLayout;
    line->addWidget(m_label, 1);
    line->addWidget(m_previous);
    line->addWidget(m_next);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addLayout(line);
    layout->addWidget(m_tabs, 1);
    showFound({}, {});
}

VersionDetail::Found VersionDetail::compare(const core::SlotCodec &codec, const VersionPair &pair)
{
    Found found;
    const KeyVersion *before = pair.before ? &*pair.before : nullptr;
    const KeyVersion *after = pair.after ? &*pair.after : nullptr;
    const auto isThere = [](const KeyVersion *version) { return version && !version->deleted; };
    if (isThere(before) || isThere(after))
        found.fields = fieldLines(codec, changeBetween(before, after));
    std::optional<TextForm> form;
    const QString newText = readable(codec, pair.after, &form);
    found.text = LineDiff::of(readable(codec, pair.before, &form), newText);
    found.runs = core::byteRuns(valueOf(pair.before), valueOf(pair.after));
    return found;
}

void VersionDetail::setPair(const core::SlotCodec &codec, VersionPair pair)
{
    // What is seen of it already stays as it is scrolled.
    if (pair.isSameAs(m_pair) && codec.type() == m_codec.type())
        return;
    m_codec = codec;
    m_pair = pair;
    const quint64 generation = ++m_generation;
    if (pair.isEmpty()) {
        showFound(pair, {});
        return;
    }
    ++m_working;
    auto *watcher = new QFutureWatcher<Found>(this);
    connect(watcher, &QFutureWatcherBase::finished, this, [this, watcher, generation, pair] {
        watcher->deleteLater();
        --m_working;
        if (generation == m_generation)
            showFound(pair, watcher->result());
    });
    watcher->setFuture(QtConcurrent::run([codec, pair = std::move(pair)] { return compare(codec, pair); }));
}

void VersionDetail::showFound(const VersionPair &pair, const Found &found)
{
    m_fields->clear();
    for (const FieldLine &line : found.fields) {
        auto *item = new QTreeWidgetItem(m_fields, {line.field, line.change});
        item->setToolTip(1, asTip(line.tooltip));
    }
    m_text->setDiff(found.text);
    m_bytes->setDiff(valueOf(pair.before), valueOf(pair.after), found.runs);
    if (pair.isEmpty())
        m_label->setText(tr("Choose a version to see what it changed, or two to compare them."));
    else if (!pair.before)
        m_label->setText(tr("The value of %1").arg(nameOf(pair.after)));
    else if (found.fields.empty())
        m_label->setText(tr("%1 → %2: the same value").arg(nameOf(pair.before), nameOf(pair.after)));
    else
        m_label->setText(QStringLiteral("%1 → %2").arg(nameOf(pair.before), nameOf(pair.after)));
    updateButtons();
}

void VersionDetail::showNext(bool backward)
{
    if (m_tabs->currentIndex() == BytesPage)
        m_bytes->showNext(backward);
    else
        m_text->showNext(backward);
}

void VersionDetail::updateButtons()
{
    const int page = m_tabs->currentIndex();
    const int differences = page == BytesPage ? m_bytes->differences()
        : page == TextPage                    ? m_text->differences()
                                              : 0;
    for (QToolButton *button : {m_previous, m_next}) {
        button->setVisible(page != FieldsPage);
        button->setEnabled(differences > 1);
    }
}

} // namespace slotscope::ui
