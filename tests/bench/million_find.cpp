// SPDX-License-Identifier: GPL-3.0-or-later
//
// Finding a text in all slots of an etcd, of which but a few records are in the window.
#include "core/table/search.h"
#include "tests/bench/milliontasks.h"

#include <QElapsedTimer>

namespace slotscope::bench {

using namespace std::chrono_literals;

namespace {

struct Finding
{
    double seconds = 0;
    double first = 0; ///< of them, until something was told of
    core::Search::Progress all;
};

/// Text in keys and decoded values, or a condition on fields, in all there is.
Finding find(core::Connection *connection, const core::SearchQuery &query)
{
    Finding finding;
    core::Search search(connection->client(), connection->directory(), query);
    QElapsedTimer clock;
    const auto seconds = [&clock] { return double(clock.nsecsElapsed()) * 1e-9; };
    QObject::connect(&search, &core::Search::found, &search, [&] {
        if (finding.first == 0)
            finding.first = seconds();
    });
    bool isOver = false;
    QObject::connect(&search, &core::Search::finished, &search, [&] {
        finding.seconds = seconds();
        isOver = true;
    });
    clock.start();
    search.start();
    if (!spinUntil([&isOver] { return isOver; }, 10min) || search.state() != core::Search::State::Done)
        qFatal("the search does not come to its end");
    finding.all = search.progress();
    if (finding.all.hits == 0 || finding.all.hits >= finding.all.records)
        qFatal("%lld of %lld records are found", finding.all.hits, finding.all.records);
    return finding;
}

} // namespace

void measureFinding(Bench *bench)
{
    bench->connectFor(true);
    core::Connection *connection = bench->window()->connection();
    const qint64 records =
        bench->recordsOf(FewSlot) + bench->recordsOf(HundredThousandSlot) + bench->recordsOf(MillionSlot);
    core::SearchQuery text;
    text.text = QStringLiteral("abcd");
    core::SearchQuery condition;
    condition.condition = *core::FieldCondition::parse(QStringLiteral("score > 99.9"));
    for (const auto &[what, query] : {std::pair("find a text everywhere", text),
                                      std::pair("find by a condition everywhere", condition)}) {
        std::vector<double> ratios;
        std::vector<double> milliseconds;
        std::vector<double> first;
        qint64 hits = 0;
        for (int round = 0; round < bench->rounds(); ++round) {
            const Finding finding = find(connection, query);
            if (finding.all.records != records)
                qFatal("%lld records were looked at", finding.all.records);
            hits = finding.all.hits;
            ratios.push_back(finding.seconds / bench->etcd().etcdctlSecondsOfAll());
            // The slots are of the same kind: of all that there are, the part of a million.
            milliseconds.push_back(finding.seconds * 1000 * bench->million() / double(records));
            first.push_back(finding.first * 1000);
        }
        const QString name = QLatin1String(what);
        const QString rounds = QStringLiteral("median of %1 rounds in turns").arg(bench->rounds());
        bench->figures.add({name + QStringLiteral(" ÷ etcdctl"),
                            median(ratios),
                            0,
                            {},
                            rounds
                                + QStringLiteral(", etcdctl get of all %1 records to /dev/null; %2 found")
                                      .arg(records)
                                      .arg(hits)});
        bench->figures.add({name + QLatin1String(", a million records"), median(milliseconds), 0,
                            QStringLiteral("ms"), rounds});
        bench->figures.add(
            {name + QLatin1String(", first hit told of"), median(first), 0, QStringLiteral("ms"), rounds});
    }
    bench->probed(QStringLiteral("finding"), [&] { find(connection, text); });
}

} // namespace slotscope::bench
