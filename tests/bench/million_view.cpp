// SPDX-License-Identifier: GPL-3.0-or-later
//
// What is done to a table that is there: sort, filter, selections, scrolling.
#include "tests/bench/milliontasks.h"
#include "ui/panels/filterbar.h"

#include <QElapsedTimer>
#include <QScrollBar>

namespace slotscope::bench {

using namespace std::chrono_literals;

namespace {

/// How long a job of the model takes, to its first results and to the last.
class JobClock : public QObject
{
public:
    explicit JobClock(ui::RecordModel *model)
        : m_model(model)
    {
        m_clock.start();
        const auto note = [this] {
            if (m_first < 0)
                m_first = double(m_clock.nsecsElapsed()) * 1e-6;
        };
        for (const auto signal : {&QAbstractItemModel::layoutChanged})
            connect(model, signal, this, note);
        connect(model, &QAbstractItemModel::rowsInserted, this, note);
        connect(model, &QAbstractItemModel::rowsRemoved, this, note);
        connect(model, &QAbstractItemModel::modelReset, this, note);
    }
    /// Milliseconds; the first results, the last.
    std::pair<double, double> wait()
    {
        if (!spinUntil([this] { return !m_model->isOrdering(); }, 5min))
            qFatal("the order is not found");
        const double last = double(m_clock.nsecsElapsed()) * 1e-6;
        return {m_first < 0 ? last : m_first, last};
    }

private:
    ui::RecordModel *m_model;
    QElapsedTimer m_clock;
    double m_first = -1;
};

/// The longest of several runs of what is done to the window at once, painting included.
template <typename Act>
double longest(test::StoryWindow &window, int runs, Act &&act)
{
    double most = 0;
    for (int i = 0; i < runs; ++i) {
        QElapsedTimer clock;
        clock.start();
        act();
        window.view()->viewport()->repaint();
        most = std::max(most, double(clock.nsecsElapsed()) * 1e-6);
        spinFor(20ms);
    }
    return most;
}

/// A filter on single fields, as it is typed into the box below a header or into the condition.
void measureFieldFilters(Bench *bench)
{
    test::StoryWindow &window = bench->window();
    const QString name = QStringLiteral("value.name");
    const QString city = QStringLiteral("value.city");
    const QString score = QStringLiteral("value.score");
    const auto inBox = [](const QString &column, const char *text) {
        return core::TableFilter {.boxes = {{column, QString::fromUtf8(text)}}};
    };
    const auto onFields = [](const char *text) {
        return core::TableFilter {.condition = QString::fromUtf8(text)};
    };
    struct Kind
    {
        const char *what;
        const char *how; // many of the records pass, in turns
        std::vector<core::TableFilter> filters;
    };
    const Kind kinds[] {
        {"filter on a field of text",
         "by its box: few and a sixth of the records",
         {inBox(name, "abc"), inBox(city, "Erlangen"), inBox(name, "/^ab.*z$/i")}},
        {"filter on a field of numbers",
         "by its box: half, a hundredth and a tenth of the records",
         {inBox(score, "> 50"), inBox(score, "<= 1"), inBox(score, "20..30")}},
        {"filter by a condition",
         "a twentieth, four fifths of a sixth, and a few of the records",
         {onFields("score > 95"), onFields("city = Erlangen and active = true"),
          onFields("not (score > 0.5) and name contains ab")}},
    };
    ui::FilterBar *bar = window->currentTab()->filterBar();
    const ui::RecordModel *model = window.model();
    for (const Kind &kind : kinds) {
        std::vector<double> first;
        std::vector<double> last;
        for (int round = 0; round < bench->rounds(); ++round) {
            JobClock clock(window.model());
            bar->setFilter(kind.filters[size_t(round) % kind.filters.size()]);
            if (!model->isOrdering())
                qFatal("the filter is not applied");
            const auto [sooner, later] = clock.wait();
            first.push_back(sooner);
            last.push_back(later);
            if (model->rowCount() == 0 || model->rowCount() >= bench->million())
                qFatal("%d records pass the filter", model->rowCount());
            bar->clear();
            spinFor(100ms);
        }
        const QString what = QLatin1String(kind.what);
        const QString how =
            QStringLiteral("median of %1, %2").arg(bench->rounds()).arg(QLatin1String(kind.how));
        bench->figures.add({what + QLatin1String(", final"), median(last), 700, QStringLiteral("ms"), how});
        bench->figures.add(
            {what + QLatin1String(", first results"), median(first), 100, QStringLiteral("ms"), how});
    }
}

void measureJobs(Bench *bench)
{
    test::StoryWindow &window = bench->window();
    ui::RecordModel *model = window.model();
    const int score = model->columnOf(QStringLiteral("value.score"));
    const int name = model->columnOf(QStringLiteral("value.name"));
    if (score < 0 || name < 0)
        qFatal("the columns are not found");
    std::vector<double> sortFirst;
    std::vector<double> sortLast;
    std::vector<double> filterFirst;
    std::vector<double> filterLast;
    for (int round = 0; round < bench->rounds(); ++round) {
        {
            JobClock clock(model);
            window.view()->sortByColumn(round % 2 == 0 ? score : name, Qt::AscendingOrder);
            const auto [first, last] = clock.wait();
            sortFirst.push_back(first);
            sortLast.push_back(last);
        }
        window.view()->sortByColumn(-1, Qt::AscendingOrder);
        spinFor(100ms);
        {
            JobClock clock(model);
            model->setFilter(round % 2 == 0 ? QStringLiteral("abcd") : QStringLiteral("Erlangen"));
            const auto [first, last] = clock.wait();
            filterFirst.push_back(first);
            filterLast.push_back(last);
        }
        model->setFilter({});
        spinFor(100ms);
    }
    const QString how = QStringLiteral("median of %1, in the window, by a number and by a text in turns")
                            .arg(bench->rounds());
    bench->figures.add(
        {QStringLiteral("sort by a field, final"), median(sortLast), 1500, QStringLiteral("ms"), how});
    bench->figures.add({QStringLiteral("sort by a field, first results"), median(sortFirst), 100,
                        QStringLiteral("ms"), how});
    const QString filters =
        QStringLiteral("median of %1, texts in few and in a sixth of the records").arg(bench->rounds());
    bench->figures.add({QStringLiteral("filter on text in all fields, final"), median(filterLast), 700,
                        QStringLiteral("ms"), filters});
    bench->figures.add({QStringLiteral("filter on text in all fields, first results"), median(filterFirst),
                        100, QStringLiteral("ms"), filters});
    bench->probed(QStringLiteral("sorting"), [&] {
        for (const int column : {score, name, -1}) {
            window.view()->sortByColumn(column, Qt::DescendingOrder);
            JobClock(model).wait();
            spinFor(200ms);
        }
    });
    bench->probed(QStringLiteral("filtering"), [&] {
        for (const char *text : {"a", "ab", "abc", "", "Erl", ""}) {
            model->setFilter(QLatin1StringView(text));
            JobClock(model).wait();
            spinFor(200ms);
        }
    });
}

void measureHands(Bench *bench)
{
    test::StoryWindow &window = bench->window();
    ui::RecordView *view = window.view();
    view->setFocus();
    const int runs = bench->rounds() * 4;
    const auto add = [&](const char *what, double milliseconds) {
        bench->figures.add({QString::fromLatin1(what), milliseconds, 16, QStringLiteral("ms"),
                            QStringLiteral("longest of %1, painted").arg(runs)});
    };
    const auto press = [&](Qt::Key key, Qt::KeyboardModifiers modifiers = {}) {
        return [&window, key, modifiers] { window.press(key, modifiers); };
    };
    window.select(window.model()->index(0, 0));
    add("Page Down", longest(window, runs, press(Qt::Key_PageDown)));
    bool atEnd = false;
    add("Ctrl+End and Ctrl+Home", longest(window, runs, [&] {
            atEnd = !atEnd;
            window.press(atEnd ? Qt::Key_End : Qt::Key_Home, Qt::ControlModifier);
        }));
    QScrollBar *bar = view->verticalScrollBar();
    int step = 0;
    add("scroll bar dragged", longest(window, runs, [&] {
            bar->setValue(int(qint64(bar->maximum()) * (++step * 7919 % 1000) / 1000));
        }));
    add("Ctrl+A", longest(window, runs, press(Qt::Key_A, Qt::ControlModifier)));
    add("Page Down with all selected before", longest(window, runs, [&] {
            view->selectAll();
            window.press(Qt::Key_PageDown);
        }));
    view->selectAll();
    window->currentTab()->statusText();
    add("status bar with all selected", longest(window, runs, [&] { window->currentTab()->statusText(); }));
    bench->probed(QStringLiteral("sorting with half of the rows selected"), [&] {
        const ui::RecordModel *model = window.model();
        view->selectionModel()->select(
            QItemSelection(model->index(10, 0),
                           model->index(model->rowCount() / 2, model->columnCount() - 1)),
            QItemSelectionModel::ClearAndSelect);
        for (const int column : {model->columnOf(QStringLiteral("value.score")), -1}) {
            view->sortByColumn(column, Qt::AscendingOrder);
            JobClock(window.model()).wait();
            spinFor(200ms);
        }
    });
    view->clearSelection();
}

} // namespace

void measureView(Bench *bench)
{
    bench->openTable(MillionSlot);
    measureJobs(bench);
    measureFieldFilters(bench);
    measureHands(bench);
}

} // namespace slotscope::bench
