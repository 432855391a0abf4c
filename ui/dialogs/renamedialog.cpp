// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/renamedialog.h"

#include "core/doctor/relations.h"
#include "core/edit/keyreading.h"
#include "core/edit/rekey.h"
#include "ui/connectionprofile.h"
#include "ui/errortext.h"
#include "ui/models/changesummary.h"
#include "ui/panels/panelparts.h"

#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace slotscope::ui {

namespace {

/// Operations in a transaction that etcd takes by default.
constexpr size_t MostAtOnce = 128;
/// Beyond this nobody looks through them, and no transaction takes them.
constexpr size_t MostListed = 5000;

} // namespace

RenameDialog::RenameDialog(core::Connection *connection, RecordModel *model, const QByteArray &key,
                           QWidget *parent)
    : KeyDialog(Purpose::Rename, model, key, parent)
    , m_connection(connection)
    , m_references(new QTreeWidget)
    , m_text(new QLabel)
    , m_progress(new QProgressBar)
{
    setObjectName(QStringLiteral("renameDialog"));
    m_references->setHeaderLabels(
        {tr("Table"), tr("Record"), tr("Where it refers"), tr("What becomes of it")});
    m_references->setRootIsDecorated(false);
    m_references->setUniformRowHeights(true);
    m_references->setAlternatingRowColors(true);
    m_references->setAccessibleName(tr("References to the record"));
    const int unit = fontMetrics().averageCharWidth();
    m_references->header()->resizeSection(0, 24 * unit);
    m_references->header()->resizeSection(1, 34 * unit);
    m_references->header()->resizeSection(2, 22 * unit);
    m_text->setTextFormat(Qt::PlainText);
    m_text->setWordWrap(true);
    m_progress->setTextVisible(false);
    m_progress->setMaximumHeight(fontMetrics().height() / 2);
    // Above the line with the buttons.
    body()->insertWidget(body()->count() - 1, m_text);
    body()->insertWidget(body()->count() - 1, m_progress);
    body()->insertWidget(body()->count() - 1, m_references, 1);
    resize(860, 460);
    search();
}

RenameDialog::~RenameDialog()
{
    m_call.cancel();
}

void RenameDialog::search()
{
    const core::KeyType &type = model()->codec().type().key;
    m_progress->hide();
    if (model()->codec().prefixLength() == 0) {
        m_cannotSearch = tr("Plain keys are not looked for in other records.");
    } else if (const QString problem = core::ReferrerSearch::problem(type); !problem.isEmpty()) {
        m_cannotSearch = tr("Who refers to it cannot be told: %1.").arg(problem);
    } else if (m_connection->state() != core::Connection::State::Online) {
        m_cannotSearch = tr("Who refers to it cannot be told: there is no connection to etcd now.");
    }
    if (!m_cannotSearch.isEmpty()) {
        updateText();
        return;
    }
    m_component = type.components().front();
    if (const auto parts = model()->codec().decodeKey(from()))
        m_oldParts = *parts;
    for (const core::SlotForRelations &slot : core::slotsForRelations(*m_connection->directory()))
        m_places.push_back({slot.slot, slot.codec, m_connection->directory()->find(slot.slot)->records});
    m_search = std::make_unique<core::ReferrerSearch>(m_connection->client(), from(), type, m_places);
    connect(m_search.get(), &core::ReferrerSearch::found, this,
            [this](const std::vector<core::Reference> &references) { add(references, false); });
    connect(m_search.get(), &core::ReferrerSearch::progress, this,
            [this](qint64 done, qint64 total) { showProgress(m_progress, done, total); });
    connect(m_search.get(), &core::ReferrerSearch::finished, this, &RenameDialog::searched);
    m_progress->setRange(0, 0);
    m_progress->show();
    updateText();
    m_search->start();
}

QString RenameDialog::remarkOn(const core::Reference &reference) const
{
    if (m_connection->relations()->indexAt(reference.slot))
        return tr("an entry of an index, which follows its record");
    if (reference.where == core::Reference::Where::Key)
        return tr("part of its key: rename that record as well, if you want");
    return {};
}

void RenameDialog::add(const std::vector<core::Reference> &references, bool isStaged)
{
    for (const core::Reference &reference : references) {
        // What is staged counts, not what the server still has.
        if (!isStaged && m_connection->edits()->find(reference.key))
            continue;
        const core::SlotInfo *info = m_connection->directory()->find(reference.slot);
        if (!info || m_found.size() >= MostListed)
            continue;
        Place place {reference, core::SlotCodec(info->type)};
        QString where;
        if (reference.where == core::Reference::Where::Key)
            where = tr("key: %1").arg(info->type.key.componentTitles()[size_t(reference.keyPart)]);
        else
            where = reference.path.isEmpty() ? tr("value") : reference.path.toString();
        const QString fixed = remarkOn(reference);
        place.item = new QTreeWidgetItem(m_references,
                                         {info->title(), keyText(place.codec, reference.key), where,
                                          fixed.isEmpty() ? tr("changed along") : fixed});
        if (fixed.isEmpty())
            place.item->setCheckState(0, Qt::Checked);
        else
            place.item->setDisabled(true);
        m_found.push_back(place);
    }
    updateText();
}

void RenameDialog::searched(const core::Result<core::Revision> &result)
{
    m_search.release()->deleteLater(); // it is still in the middle of telling
    m_progress->hide();
    if (!result)
        m_cannotSearch =
            tr("Who else refers to it could not be found out: %1")
                .arg(describe(result.error(), m_connection->options().endpoint().toString()).sentence());
    addStaged();
    updateText();
}

void RenameDialog::addStaged()
{
    if (m_oldParts.empty())
        return;
    const auto look = [this](const QByteArray &key, const QByteArray &value) {
        const auto slot = core::SlotDirectory::slotOf(key);
        const auto place = std::find_if(m_places.cbegin(), m_places.cend(),
                                        [&slot](const core::SlotToSearch &one) { return slot == one.slot; });
        if (place == m_places.cend())
            return;
        core::KeyValue kv {.key = key};
        kv.value = value;
        auto references = core::referencesIn(*place, kv, m_oldParts.front(), m_component);
        // Its own key is what is being changed.
        std::erase_if(references, [&](const core::Reference &one) {
            return key == from() && one.where == core::Reference::Where::Key;
        });
        add(references, true);
    };
    for (const core::Change &change : m_connection->edits()->changes()) {
        if (change.kind != core::Change::Kind::Delete && change.key != from())
            look(change.key, change.value);
    }
    // The record may name itself.
    if (const int row = model()->rowOf(from()); row >= 0)
        look(from(), model()->recordAt(row).value());
}

void RenameDialog::updateText()
{
    QString text;
    if (m_search)
        text = tr("Looking for records that refer to it …");
    else if (m_found.empty() && m_cannotSearch.isEmpty())
        text = tr("No record refers to it.");
    else if (!m_found.empty())
        text =
            tr("%1 places refer to it by the old key. Those with a check mark are changed along, in the same "
               "step.")
                .arg(QLocale().toString(qulonglong(m_found.size())));
    if (!m_cannotSearch.isEmpty())
        text = (text + QLatin1Char(' ') + m_cannotSearch).trimmed();
    m_text->setText(text);
    m_references->setVisible(!m_found.empty());
}

std::vector<const RenameDialog::Place *> RenameDialog::chosen() const
{
    std::vector<const Place *> places;
    for (const Place &place : m_found) {
        if (!place.item->isDisabled() && place.item->checkState(0) == Qt::Checked)
            places.push_back(&place);
    }
    return places;
}

void RenameDialog::accept()
{
    if (m_reading || key().isEmpty() || key() == from())
        return;
    if (m_search) {
        refuse(tr("References are still being looked for."));
        return;
    }
    m_keys.clear();
    for (const Place *place : chosen()) {
        if (std::find(m_keys.cbegin(), m_keys.cend(), place->reference.key) == m_keys.cend())
            m_keys.push_back(place->reference.key);
    }
    if (m_keys.empty())
        stage({});
    else
        readChosen();
}

void RenameDialog::readChosen()
{
    // As they are now; the search read them a while ago, and has not kept them.
    if (m_keys.size() > MostAtOnce) {
        refuse(
            tr("These are %1 records. At most %2 can be changed along.").arg(m_keys.size()).arg(MostAtOnce));
        return;
    }
    m_reading = true;
    okButton()->setEnabled(false);
    m_call = m_connection->client()->txn(core::readingOf(m_keys));
    m_call.then(this, [this](const core::Result<core::TxnReply> &reply) {
        m_reading = false;
        okButton()->setEnabled(true);
        if (!reply) {
            refuse(describe(reply.error(), m_connection->options().endpoint().toString()).sentence());
            return;
        }
        std::vector<core::KeyState> states;
        for (const core::ResponseOp &response : reply->responses) {
            states.push_back(core::stateIn(response));
        }
        states.resize(m_keys.size());
        stage(states);
    });
}

void RenameDialog::stage(const std::vector<core::KeyState> &states)
{
    core::EditSession *edits = m_connection->edits();
    const auto newParts = model()->codec().decodeKey(key());
    const int row = model()->rowOf(from());
    if (!newParts || row < 0) {
        refuse(tr("The record is not there any more."));
        return;
    }
    const ShownRow record = model()->recordAt(row);
    QByteArray ownValue = record.value();
    std::vector<core::EditSession::Intent> others;
    for (size_t i = 0; i < m_keys.size(); ++i) {
        const bool isOwn = m_keys[i] == from();
        const core::Change *change = edits->find(m_keys[i]);
        QByteArray value = isOwn ? ownValue : change ? change->value : states[i].value;
        for (const Place *place : chosen()) {
            if (place->reference.key != m_keys[i])
                continue;
            const auto told = [&](const QString &why) {
                refuse(tr("%1 cannot be changed along: %2. Clear its check mark to go on without.")
                           .arg(place->item->text(1), why));
            };
            const auto before = place->codec.decodeValue(value);
            if (!before || (!change && !isOwn && !states[i].exists))
                return told(before ? tr("it is not there any more") : before.error().what);
            if (const QString reason = place->codec.readOnlyReason(value); !reason.isEmpty())
                return told(reason);
            const auto after = core::withReference(*before, place->reference.path, m_component,
                                                   m_oldParts.front(), newParts->front());
            if (!after)
                return told(after.error());
            const auto bytes = place->codec.encodeValue(*after, value);
            if (!bytes)
                return told(bytes.error().what);
            value = *bytes;
        }
        if (isOwn)
            ownValue = value;
        else
            others.push_back({m_keys[i], states[i], value});
    }
    const QString name = tr("Rename %1").arg(keyText(model()->codec(), from()));
    const QByteArray to = key();
    if (!edits->renameKey(from(), record.current, to, ownValue, name, others)) {
        const QString refusal = stagingRefusal(*edits);
        refuse(refusal.isEmpty() ? tr("There is a record with this key already.") : refusal);
        return;
    }
    Q_EMIT renamed(to,
                   others.empty()
                       ? tr("The new key is staged.")
                       : tr("The new key is staged, and %1 that refer to it.")
                             .arg(others.size() == 1 ? tr("1 record") : tr("%1 records").arg(others.size())));
    done(QDialog::Accepted); // the key dialog has its own accept()
}

void RenameDialog::refuse(const QString &why)
{
    message()->setText(why);
}

} // namespace slotscope::ui
