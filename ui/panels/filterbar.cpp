// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/filterbar.h"

#include "ui/filtersettings.h"
#include "ui/models/recordmodel.h"
#include "ui/theme.h"
#include "ui/tooltip.h"
#include "ui/views/filterbox.h"
#include "ui/views/filterheader.h"
#include "ui/views/recordview.h"

#include <QHBoxLayout>
#include <QInputDialog>
#include <QMenu>
#include <QToolButton>

namespace slotscope::ui {

namespace {

constexpr std::chrono::milliseconds Delay(150);
constexpr int LongestTitle = 90; // of a filter in a menu

QString menuTitle(const QString &text)
{
    const QString title =
        text.size() > LongestTitle ? text.left(LongestTitle - 1) + QStringLiteral("…") : text;
    return QString(title).replace(QLatin1Char('&'), QLatin1String("&&")); // no mnemonic
}

} // namespace

FilterBar::FilterBar(RecordModel *model, RecordView *view, QWidget *parent)
    : QWidget(parent)
    , m_model(model)
    , m_view(view)
    , m_header(view->filterHeader())
    , m_text(new QLineEdit(this))
    , m_condition(new FilterBox(this))
    , m_button(new QToolButton(this))
{
    m_text->setObjectName(QStringLiteral("recordFilter"));
    m_text->setPlaceholderText(tr("Text in keys and values  (Ctrl+L)"));
    m_text->setAccessibleName(tr("Filter records by text"));
    m_text->setClearButtonEnabled(true);
    m_condition->setObjectName(QStringLiteral("recordCondition"));
    m_condition->setPlaceholderText(tr("Condition: status = packed and total > 100"));
    m_condition->setAccessibleName(tr("Filter records by a condition on fields"));
    m_condition->setClearButtonEnabled(true);
    m_condition->setMeaning(
        tr("Fields with = <> < <= > >= contains ~ /regex/ a..b, is null, is absent; and, or, not, "
           "parentheses. `key` is the record's key; etcd.lease, etcd.version, etcd.mod_revision, "
           "etcd.create_revision and etcd.size are what etcd keeps with it. Also of fields that are no "
           "columns."));

    m_button->setObjectName(QStringLiteral("filterButton"));
    m_button->setText(tr("Filter"));
    m_button->setAccessibleName(tr("Filters"));
    m_button->setToolTip(tr("Saved filters, those used before, and the boxes below the headers"));
    m_button->setPopupMode(QToolButton::InstantPopup);
    auto *menu = new QMenu(m_button);
    m_button->setMenu(menu);
    connect(menu, &QMenu::aboutToShow, this, [this, menu] {
        menu->clear();
        fillMenu(menu);
    });

    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_text, 2);
    layout->addWidget(m_condition, 3);
    layout->addWidget(m_button);

    m_delay.setSingleShot(true);
    m_delay.setInterval(Delay);
    connect(&m_delay, &QTimer::timeout, this, &FilterBar::apply);
    connect(m_text, &QLineEdit::textChanged, this, [this](const QString &text) {
        if (std::exchange(m_filter.text, text) != text)
            edited();
    });
    connect(m_condition, &QLineEdit::textChanged, this, [this](const QString &text) {
        if (std::exchange(m_filter.condition, text) != text)
            edited();
    });
    connect(m_header, &FilterHeader::boxEdited, this, [this](const QString &id, const QString &text) {
        if (text.trimmed().isEmpty())
            m_filter.boxes.erase(id);
        else
            m_filter.boxes[id] = text;
        edited();
    });
    connect(m_text, &QLineEdit::returnPressed, this, &FilterBar::enter);
    connect(m_condition, &FilterBox::entered, this, &FilterBar::enter);
    connect(m_condition, &FilterBox::historyRequested, this, &FilterBar::offerConditions);
    connect(m_header, &FilterHeader::boxEntered, this, [this](const QString &id) {
        // To the column that was thought of.
        const QModelIndex current = m_view->currentIndex();
        enter();
        if (const int column = m_model->columnOf(id); current.isValid() && column >= 0)
            m_view->setCurrentIndex(m_model->index(current.row(), column));
    });
    connect(m_header, &FilterHeader::boxesLeft, this, [this](bool forward) {
        if (forward)
            m_view->setFocus(Qt::TabFocusReason);
        else
            m_condition->setFocus(Qt::BacktabFocusReason);
    });
    connect(m_header, &FilterHeader::boxHistoryRequested, this, &FilterBar::offerBoxHistory);
    // What a box means depends on what its column holds.
    connect(model, &RecordModel::columnsChanged, this, [this] {
        check();
        apply();
    });
    m_header->setBoxesShown(areFilterBoxesRemembered());
}

void FilterBar::setFilter(const core::TableFilter &filter)
{
    for (const auto &[id, text] : m_filter.boxes)
        m_header->setBoxText(id, {});
    m_filter = filter;
    std::erase_if(m_filter.boxes, [](const auto &box) { return box.second.trimmed().isEmpty(); });
    for (const auto &[id, text] : m_filter.boxes)
        m_header->setBoxText(id, text);
    m_text->setText(filter.text);
    m_condition->setText(filter.condition);
    check();
    apply();
}

void FilterBar::setBox(const QString &id, const QString &text)
{
    core::TableFilter filter = m_filter;
    filter.boxes[id] = text;
    setFilter(filter);
    remember();
}

void FilterBar::addToBox(const QString &id, const QString &text)
{
    const auto it = m_filter.boxes.find(id);
    setBox(id, it == m_filter.boxes.end() ? text : it->second.trimmed() + QLatin1String(" and ") + text);
}

void FilterBar::addCondition(const QString &condition)
{
    core::TableFilter filter = m_filter;
    filter.addCondition(condition);
    setFilter(filter);
    remember();
}

void FilterBar::remember() const
{
    const core::ReadFilter read = core::readFilter(m_filter, m_model->columns());
    if (!m_key.isEmpty() && !read.conditionError && read.boxErrors.empty())
        rememberFilter(m_key, m_filter);
}

void FilterBar::edited()
{
    check();
    m_delay.start();
}

void FilterBar::check()
{
    const core::ReadFilter read = core::readFilter(m_filter, m_model->columns());
    m_condition->setFault(read.conditionError);
    if (!read.conditionError)
        m_understood.condition = m_filter.condition;
    std::map<QString, QString> understood;
    for (const auto &[id, text] : m_filter.boxes) {
        const auto fault = read.boxErrors.find(id);
        const bool isFine = fault == read.boxErrors.end();
        m_header->setBoxVerdict(id, isFine ? std::nullopt : std::optional(fault->second), {});
        const auto before = m_understood.boxes.find(id);
        if (isFine)
            understood[id] = text;
        else if (before != m_understood.boxes.end())
            understood[id] = before->second; // nobody wants to see less for a word half typed
    }
    m_understood.boxes = std::move(understood);
    m_understood.text = m_filter.text;
    const auto parts = int(m_filter.boxes.size()) + (m_filter.text.isEmpty() ? 0 : 1)
        + (m_filter.condition.trimmed().isEmpty() ? 0 : 1);
    m_button->setText(parts == 0 ? tr("Filter") : tr("Filter (%1)").arg(parts));
}

void FilterBar::apply()
{
    m_delay.stop();
    const core::RowQuery &query = m_model->query();
    const core::FieldCondition condition = core::readFilter(m_understood, m_model->columns()).condition;
    const QString before = query.condition ? query.condition->text() : QString();
    if (query.filter == m_understood.text && before == condition.text())
        return;
    m_model->setFilter(m_understood.text, condition);
    Q_EMIT applied();
}

void FilterBar::enter()
{
    apply();
    remember();
    Q_EMIT entered();
}

void FilterBar::focusText()
{
    m_text->setFocus(Qt::ShortcutFocusReason);
    m_text->selectAll();
}

void FilterBar::focusCondition()
{
    m_condition->setFocus(Qt::ShortcutFocusReason);
    m_condition->selectAll();
}

void FilterBar::focusBox(int column)
{
    setBoxesShown(true);
    if (!m_header->focusBox(column))
        focusCondition();
}

bool FilterBar::areBoxesShown() const
{
    return m_header->areBoxesShown();
}

void FilterBar::setBoxesShown(bool shown)
{
    if (shown == areBoxesShown())
        return;
    m_header->setBoxesShown(shown);
    rememberFilterBoxes(shown);
}

QAction *FilterBar::addFilterAction(QMenu *menu, const QString &title, const core::TableFilter &filter)
{
    return menu->addAction(menuTitle(title), this, [this, filter] {
        setFilter(filter);
        remember();
    });
}

void FilterBar::addRemovals(QMenu *menu)
{
    const auto add = [this, menu](const QString &title, const core::TableFilter &without) {
        menu->addAction(theme::icon(theme::Glyph::Deleted), menuTitle(title), this,
                        [this, without] { setFilter(without); });
    };
    if (!m_filter.text.isEmpty()) {
        core::TableFilter without = m_filter;
        without.text.clear();
        add(tr("Text “%1”").arg(m_filter.text), without);
    }
    for (const auto &[id, text] : m_filter.boxes) {
        core::TableFilter without = m_filter;
        without.boxes.erase(id);
        add(core::boxSummary(core::columnTitle(id, m_model->columns()), text), without);
    }
    if (!m_filter.condition.trimmed().isEmpty()) {
        core::TableFilter without = m_filter;
        without.condition.clear();
        add(m_filter.condition, without);
    }
}

void FilterBar::fillMenu(QMenu *menu)
{
    QAction *boxes = menu->addAction(tr("&Boxes below the headers"), this, &FilterBar::setBoxesShown);
    boxes->setCheckable(true);
    boxes->setChecked(areBoxesShown());
    QAction *clear = menu->addAction(tr("&Show all records\tCtrl+Shift+Backspace"), this, &FilterBar::clear);
    clear->setEnabled(!m_filter.isEmpty());
    menu->addAction(tr("Sa&ve this filter …"), this, &FilterBar::saveAs)->setEnabled(!m_filter.isEmpty());
    if (!m_filter.isEmpty()) {
        menu->addSection(tr("Take away"));
        addRemovals(menu);
    }
    const std::vector<SavedFilter> saved = savedFilters(m_key);
    if (!saved.empty()) {
        menu->addSection(tr("Saved"));
        for (const SavedFilter &filter : saved)
            addFilterAction(menu, filter.name, filter.filter)
                ->setToolTip(asTip(core::filterSummary(filter.filter, m_model->columns())));
        QMenu *remove = menu->addMenu(tr("Forget a saved one"));
        for (const SavedFilter &filter : saved)
            remove->addAction(menuTitle(filter.name), this,
                              [this, name = filter.name] { removeSavedFilter(m_key, name); });
    }
    const std::vector<core::TableFilter> recent = recentFilters(m_key);
    if (!recent.empty()) {
        menu->addSection(tr("Used before"));
        for (const core::TableFilter &filter : recent)
            addFilterAction(menu, core::filterSummary(filter, m_model->columns()), filter);
        menu->addAction(tr("Forget these"), this, [this] { forgetRecentFilters(m_key); });
    }
    menu->setToolTipsVisible(true);
}

void FilterBar::saveAs()
{
    if (m_filter.isEmpty())
        return;
    auto *dialog = new QInputDialog(this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setObjectName(QStringLiteral("filterName"));
    dialog->setWindowTitle(tr("Save filter"));
    dialog->setLabelText(tr("Name of the filter; one of the same name is replaced:"));
    dialog->setTextValue(core::filterSummary(m_filter, m_model->columns()).left(LongestTitle));
    connect(dialog, &QInputDialog::textValueSelected, this, [this, filter = m_filter](const QString &name) {
        if (!name.trimmed().isEmpty())
            saveFilter(m_key, {name.trimmed(), filter});
    });
    dialog->open();
}

void FilterBar::offerBoxHistory(const QString &id, FilterBox *box)
{
    auto *menu = new QMenu(box);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    QStringList texts;
    for (const core::TableFilter &recent : recentFilters(m_key)) {
        const auto it = recent.boxes.find(id);
        if (it != recent.boxes.end() && !texts.contains(it->second))
            texts << it->second;
    }
    const auto add = [&](const QString &text, const QString &words = {}) {
        const QString title = menuTitle(text);
        menu->addAction(words.isEmpty() ? title : title + QLatin1Char('\t') + words, this,
                        [this, id, text] { setBox(id, text); });
    };
    for (const QString &text : std::as_const(texts))
        add(text);
    if (!texts.isEmpty())
        menu->addSeparator();
    add(QStringLiteral("null"), tr("is null"));
    add(QStringLiteral("not null"), tr("is not null"));
    add(QStringLiteral("absent"), tr("the record has no such field"));
    add(QStringLiteral("not absent"), tr("the record has it"));
    menu->addSeparator();
    menu->addAction(tr("Take away"), this,
                    [this, id] {
                        core::TableFilter without = m_filter;
                        without.boxes.erase(id);
                        setFilter(without);
                    })
        ->setEnabled(m_filter.boxes.contains(id));
    menu->popup(box->mapToGlobal(QPoint(0, box->height())));
}

void FilterBar::offerConditions()
{
    auto *menu = new QMenu(m_condition);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    QStringList texts;
    for (const core::TableFilter &recent : recentFilters(m_key)) {
        const QString text = recent.condition.trimmed();
        if (!text.isEmpty() && !texts.contains(text))
            texts << text;
    }
    for (const QString &text : std::as_const(texts)) {
        menu->addAction(menuTitle(text), this, [this, text] {
            core::TableFilter filter = m_filter;
            filter.condition = text;
            setFilter(filter);
        });
    }
    if (texts.isEmpty())
        menu->addAction(tr("No condition has been used before"))->setEnabled(false);
    menu->popup(m_condition->mapToGlobal(QPoint(0, m_condition->height())));
}

} // namespace slotscope::ui
