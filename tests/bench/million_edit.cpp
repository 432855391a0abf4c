// SPDX-License-Identifier: GPL-3.0-or-later
//
// Edits: staged in bulk, and committed.
#include "core/edit/editsession.h"
#include "tests/bench/milliontasks.h"

#include <QElapsedTimer>

namespace slotscope::bench {

using namespace std::chrono_literals;

namespace {

constexpr int CommitRecords = 100;

/// Another value for each of some records.
std::vector<core::EditSession::Intent> newValues(const core::LiveTable &table, int records,
                                                 QRandomGenerator &random)
{
    std::vector<core::EditSession::Intent> intents;
    for (const core::RowId id : table.rows().keyOrder()) {
        if (int(intents.size()) == records)
            break;
        const core::KeyValue row = table.rows().row(id).toKeyValue();
        intents.push_back({row.key, core::KeyState::of(row), makeRecord(random, random.bounded(1'000'000))});
    }
    return intents;
}

/// Ours first, and then the same by curl: its guards have to be true when it comes.
void measureCommits(Bench *bench, const core::LiveTable &table, core::EditSession *edits, const QString &what,
                    double goal)
{
    QRandomGenerator random(3);
    std::vector<double> ratios;
    std::vector<double> milliseconds;
    for (int i = 0; i < bench->rounds() * 3; ++i) {
        edits->stageAll(newValues(table, CommitRecords, random));
        spinFor(2s); // until the changes of the turn before have ceased to flash
        std::optional<core::CommitReport> report;
        QElapsedTimer clock;
        double ours = 0;
        // Behind all others who hear of it.
        const auto connection = QObject::connect(edits, &core::EditSession::committed, edits,
                                                 [&](const core::CommitReport &done) {
                                                     report = done;
                                                     ours = double(clock.nsecsElapsed()) * 1e-9;
                                                 });
        clock.start();
        edits->commit();
        if (!spinUntil([&] { return report.has_value(); }, 10s)
            || report->outcome != core::CommitReport::Outcome::Committed)
            qFatal("the commit was not made");
        QObject::disconnect(connection);
        spinUntil([&] { return table.revision() >= report->revision; }, 10s);
        core::TxnRequest request;
        for (const auto &intent : newValues(table, CommitRecords, random)) {
            request.compare.push_back(
                {.range = core::KeyRange::single(intent.key), .number = intent.current.modRevision.value});
            request.success.push_back(
                {core::PutRequest {.key = intent.key, .value = *intent.value, .ignoreLease = true}});
            request.failure.push_back({core::RangeRequest {.range = core::KeyRange::single(intent.key)}});
        }
        const core::Revision before = table.revision();
        ratios.push_back(ours / bench->etcd().curlTxnSeconds(request));
        milliseconds.push_back(ours * 1000);
        if (!spinUntil([&] { return table.revision() > before; }, 10s))
            qFatal("curl's transaction did not go through");
    }
    const QString turns = QStringLiteral("median of %1 in turns").arg(ratios.size());
    bench->figures.add({what + QStringLiteral(" ÷ the same Txn by curl"),
                        median(ratios),
                        goal,
                        {},
                        turns + QStringLiteral("; curl's own total time, without its start")});
    bench->figures.add({what + QStringLiteral(", from the command to its report"), median(milliseconds), 0,
                        QStringLiteral("ms"), turns});
}

} // namespace

void measureEdits(Bench *bench)
{
    bench->openTable(HundredThousandSlot);
    test::StoryWindow &window = bench->window();
    core::EditSession *edits = window.edits();
    core::LiveTable *table = window->currentTab()->table();
    measureCommits(bench, *table, edits, QStringLiteral("commit of 100 records"), 1.2);
    // Without anybody who shows it.
    core::Client client(bench->etcd().endpoint());
    core::EditSession alone(&client);
    measureCommits(bench, *table, &alone, QStringLiteral("the same without a window"), 0);

    // As events, as all that people do.
    const auto act = [](auto &&what) {
        QMetaObject::invokeMethod(qApp, what, Qt::QueuedConnection);
        spinFor(2s);
    };
    const int many = std::min(10'000, window.model()->rowCount());
    window.view()->selectionModel()->select(
        QItemSelection(window.model()->index(0, 0),
                       window.model()->index(many - 1, window.model()->columnCount() - 1)),
        QItemSelectionModel::ClearAndSelect);
    bench->probed(QStringLiteral("10,000 deletions are staged"), [&] {
        act([&] { window->currentTab()->deleteRecords(); });
        act([&] { edits->revertAll(); });
    });
    QRandomGenerator random(3);
    const auto intents = newValues(*table, many, random);
    bench->probed(QStringLiteral("10,000 edits are staged"), [&] {
        act([&] { edits->stageAll(intents); });
        act([&] { edits->revertAll(); });
    });
}

} // namespace slotscope::bench
