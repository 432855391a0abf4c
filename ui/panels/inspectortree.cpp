// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/panels/inspectortree.h"

#include "core/codec/flatbuffers/flatfields.h"
#include "core/value/recordstyle.h"
#include "core/value/valueedit.h"
#include "core/value/valuetext.h"
#include "ui/dialogs/valuedialog.h"
#include "ui/models/valuekinds.h"
#include "ui/models/valuetreemodel.h"

#include <QAction>
#include <QApplication>
#include <QComboBox>
#include <QHeaderView>
#include <QMenu>
#include <QMouseEvent>
#include <QStyledItemDelegate>
#include <QTreeView>
#include <QVBoxLayout>

namespace slotscope::ui {

using core::Value;
using core::ValuePath;

namespace {

constexpr qsizetype LongestLine = 200; // characters that are edited in the tree itself

// A line would lose the breaks, and hide most of what is long.
bool wantsWindow(const Value &value)
{
    const QString &text = value.toText();
    return text.size() > LongestLine || value.toBytes().size() > LongestLine / 2
        || std::any_of(text.begin(), text.end(), [](QChar c) { return c.unicode() < 0x20; })
        || ValueTreeModel::isLong(value);
}

// Opens the window instead of a line editor where that is better; and offers the names of an enum.
class NodeDelegate : public QStyledItemDelegate
{
public:
    NodeDelegate(std::function<bool(const QModelIndex &)> openWindow,
                 std::function<QStringList(const QModelIndex &)> names, QObject *parent)
        : QStyledItemDelegate(parent)
        , m_openWindow(std::move(openWindow))
        , m_names(std::move(names))
    {
    }
    QWidget *createEditor(QWidget *parent, const QStyleOptionViewItem &option,
                          const QModelIndex &index) const override
    {
        if (m_openWindow(index))
            return nullptr;
        const QStringList names = m_names(index);
        if (names.isEmpty())
            return QStyledItemDelegate::createEditor(parent, option, index);
        auto *box = new QComboBox(parent);
        // A newer writer's number has no name; flags are combined: `Cold|Heavy`.
        box->setEditable(true);
        box->setInsertPolicy(QComboBox::NoInsert);
        box->addItems(names);
        return box;
    }
    // A little air, as in the table beside it; the line of an editor needs it.
    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        constexpr int Air = 4;
        return QStyledItemDelegate::sizeHint(option, index) + QSize(0, Air);
    }

private:
    std::function<bool(const QModelIndex &)> m_openWindow;
    std::function<QStringList(const QModelIndex &)> m_names;
};

} // namespace

InspectorTree::InspectorTree(QWidget *parent)
    : QWidget(parent)
    , m_view(new QTreeView)
    , m_model(new ValueTreeModel(this))
{
    m_view->setObjectName(QStringLiteral("valueTree"));
    m_view->setModel(m_model);
    m_view->setUniformRowHeights(true);
    m_view->setAlternatingRowColors(true);
    m_view->setEditTriggers(QAbstractItemView::DoubleClicked);
    m_view->setContextMenuPolicy(Qt::CustomContextMenu);
    m_view->setAccessibleName(tr("Decoded value"));
    m_view->setMouseTracking(true);
    m_view->header()->setStretchLastSection(false);
    m_view->header()->setSectionResizeMode(ValueTreeModel::NameColumn, QHeaderView::Interactive);
    m_view->header()->setSectionResizeMode(ValueTreeModel::ValueColumn, QHeaderView::Stretch);
    m_view->header()->setSectionResizeMode(ValueTreeModel::TypeColumn, QHeaderView::Interactive);
    const int unit = m_view->fontMetrics().averageCharWidth();
    m_view->header()->resizeSection(ValueTreeModel::NameColumn, 18 * unit);
    m_view->header()->resizeSection(ValueTreeModel::TypeColumn, 13 * unit);
    auto *delegate = new NodeDelegate(
        [this](const QModelIndex &index) {
            if (index.column() != ValueTreeModel::ValueColumn || !wantsWindow(m_model->valueAt(index)))
                return false;
            // Not from within the view, which is about to open an editor.
            QMetaObject::invokeMethod(this, &InspectorTree::editInWindow, Qt::QueuedConnection);
            return true;
        },
        [this](const QModelIndex &index) {
            const bool isNumber =
                m_model->valueAt(index).kind() == Value::Kind::Integer || m_model->valueAt(index).isNull();
            const auto place = index.column() == ValueTreeModel::ValueColumn && isNumber
                ? flatPlaceAt(m_model->path(index))
                : std::nullopt;
            return place ? place->names : QStringList();
        },
        m_view);
    m_view->setItemDelegate(delegate);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_view);
    setFocusProxy(m_view);
    makeActions();

    m_view->viewport()->installEventFilter(this);
    connect(delegate, &QAbstractItemDelegate::closeEditor, this, &InspectorTree::editingFinished);
    connect(m_view, &QTreeView::entered, this,
            [this](const QModelIndex &index) { Q_EMIT hovered(m_model->valueAt(index).source()); });
    connect(m_view, &QTreeView::customContextMenuRequested, this, [this](const QPoint &position) {
        if (!m_view->indexAt(position).isValid())
            m_view->setCurrentIndex({});
        auto *menu = new QMenu(this);
        menu->setAttribute(Qt::WA_DeleteOnClose);
        fillMenu(menu);
        menu->popup(m_view->viewport()->mapToGlobal(position));
    });
    connect(m_view->selectionModel(), &QItemSelectionModel::currentChanged, this, [this] {
        updateActions();
        Q_EMIT currentChanged();
    });
    connect(m_model, &ValueTreeModel::editRequested, this,
            [this](const ValuePath &, const Value &newRoot) { Q_EMIT editRequested(newRoot); });
    connect(m_model, &ValueTreeModel::editRefused, this, &InspectorTree::editRefused);
}

InspectorTree::~InspectorTree()
{
    // An editor that is still open closes when it loses the focus, and nobody is here any more.
    m_view->itemDelegate()->disconnect(this);
    m_view->selectionModel()->disconnect(this);
    const auto dialogs = findChildren<ValueDialog *>();
    for (ValueDialog *dialog : dialogs)
        dialog->disconnect(this);
}

bool InspectorTree::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::Leave
        || (event->type() == QEvent::MouseMove
            && !m_view->indexAt(static_cast<QMouseEvent *>(event)->position().toPoint()).isValid()))
        Q_EMIT hovered({});
    return QWidget::eventFilter(watched, event);
}

void InspectorTree::setValue(const Value &value, const core::SlotCodec &codec, bool editable)
{
    m_codec = codec;
    m_model->setEditable(editable);
    m_model->setValue(value);
    if (const auto plan = std::exchange(m_plan, std::nullopt)) {
        const QModelIndex index = m_model->indexOf(plan->select, std::max(plan->editColumn, 0));
        if (index.isValid()) {
            m_view->setCurrentIndex(index);
            m_view->scrollTo(index);
            if (plan->editColumn >= 0 && m_model->flags(index).testFlag(Qt::ItemIsEditable)
                && m_view->isVisible())
                m_view->edit(index);
        }
    }
    updateActions();
}

bool InspectorTree::isEditing() const
{
    // Nothing but editors stands in the viewport of a tree.
    const auto editors = m_view->viewport()->findChildren<QWidget *>(Qt::FindDirectChildrenOnly);
    return std::any_of(editors.cbegin(), editors.cend(),
                       [](const QWidget *editor) { return editor->isVisible(); })
        || findChild<ValueDialog *>();
}

void InspectorTree::finishEditing()
{
    const auto editors = m_view->viewport()->findChildren<QWidget *>(Qt::FindDirectChildrenOnly);
    for (QWidget *editor : editors) {
        if (!editor->isVisible())
            continue;
        Q_EMIT m_view->itemDelegate()->commitData(editor);
        Q_EMIT m_view->itemDelegate()->closeEditor(editor);
    }
}

ValuePath InspectorTree::currentPath() const
{
    return m_model->path(m_view->currentIndex());
}

void InspectorTree::setCurrentPath(const ValuePath &path)
{
    const QModelIndex index = m_model->indexOf(path);
    if (!index.isValid())
        return;
    m_view->setCurrentIndex(index);
    m_view->scrollTo(index);
}

const Value *InspectorTree::nodeAt(const ValuePath &path) const
{
    return path.find(m_model->value());
}

void InspectorTree::request(const core::Expected<Value, QString> &root, const Plan &plan)
{
    if (!m_model->isEditable())
        return;
    if (!root) {
        Q_EMIT editRefused(root.error());
        return;
    }
    m_plan = plan;
    Q_EMIT editRequested(*root);
}

void InspectorTree::editValue()
{
    const QModelIndex current = m_view->currentIndex();
    // F2 on the name renames.
    if (current.column() == ValueTreeModel::NameColumn && m_model->hasOwnName(current)) {
        rename();
        return;
    }
    const QModelIndex index = current.siblingAtColumn(ValueTreeModel::ValueColumn);
    const Qt::ItemFlags flags = m_model->flags(index);
    if (flags.testFlag(Qt::ItemIsUserCheckable))
        m_model->setData(index,
                         index.data(Qt::CheckStateRole).toInt() == Qt::Checked ? Qt::Unchecked : Qt::Checked,
                         Qt::CheckStateRole);
    else if (flags.testFlag(Qt::ItemIsEditable))
        m_view->edit(index);
    else if (m_model->valueAt(index).isContainer())
        editInWindow();
}

void InspectorTree::editInWindow()
{
    const QModelIndex current = m_view->currentIndex();
    if (!current.isValid() || !m_model->isEditable() || m_model->isFixed(current))
        return;
    const ValuePath path = currentPath();
    const QString name = path.isEmpty() ? tr("the value") : path.toString();
    auto *dialog = new ValueDialog(name, m_model->valueAt(current), this);
    dialog->setWindowModality(Qt::WindowModal);
    connect(dialog, &ValueDialog::edited, this, [this, path](const Value &value) {
        const Value *now = nodeAt(path);
        if (now && *now == value && now->style() == value.style())
            return;
        request(core::replaced(m_model->value(), path, value), {path});
    });
    connect(dialog, &QObject::destroyed, this, &InspectorTree::editingFinished);
    dialog->show();
}

void InspectorTree::rename()
{
    const QModelIndex index = m_view->currentIndex().siblingAtColumn(ValueTreeModel::NameColumn);
    if (m_model->flags(index).testFlag(Qt::ItemIsEditable)) {
        m_view->setCurrentIndex(index);
        m_view->edit(index);
    }
}

// Nothing: no such place.
std::optional<InspectorTree::Spot> InspectorTree::spotFor(int where) const
{
    if (m_model->isFixed(m_view->currentIndex()))
        return std::nullopt;
    const ValuePath path = currentPath();
    const bool isTop = !m_view->currentIndex().isValid() || path.isEmpty();
    if (where == 0 || isTop) {
        const Value *container = nodeAt(isTop ? ValuePath() : path);
        if (!container || !container->isContainer())
            return std::nullopt;
        return Spot {isTop ? ValuePath() : path, core::childCount(*container)};
    }
    const Value *parent = nodeAt(path.parent());
    if (!parent)
        return std::nullopt;
    const qsizetype position = core::positionOf(*parent, path.steps().back());
    return Spot {path.parent(), position + (where > 0 ? 1 : 0)};
}

std::optional<core::FlatPlace> InspectorTree::flatPlaceAt(const ValuePath &path) const
{
    if (m_codec.type().value != core::ValueType::FlatBuffers)
        return std::nullopt;
    return core::flatPlace(m_codec.type().flatBuffers, m_model->value(), path);
}

// The kinds that something new there may have; the schema of FlatBuffers leaves one, and fields are never
// new.
std::vector<Value::Kind> InspectorTree::kindsAt(const Spot &spot) const
{
    const Value *container = nodeAt(spot.container);
    if (!container)
        return {};
    if (m_codec.type().value != core::ValueType::FlatBuffers)
        return kindsInside(m_codec, *container);
    const auto place = flatPlaceAt(spot.container);
    return place && place->item ? std::vector<Value::Kind> {place->item->kind()} : std::vector<Value::Kind>();
}

Value InspectorTree::freshAt(const Spot &spot, Value::Kind kind) const
{
    if (const auto place = flatPlaceAt(spot.container); place && place->item)
        return *place->item;
    const Value *container = nodeAt(spot.container);
    return container ? freshItem(*container, kind) : Value();
}

void InspectorTree::insertValue(const Spot &spot, const Value &value, std::optional<Value> key, bool editIt)
{
    const Value *container = nodeAt(spot.container);
    if (!container)
        return;
    const bool isMap = container->kind() == Value::Kind::Map;
    if (isMap && !key)
        key = freeKey(*container);
    if (!isMap)
        key.reset();
    const auto root = core::inserted(m_model->value(), spot.container, spot.position, value, key);
    Plan plan;
    if (root) {
        plan.select = spot.container.child(core::stepTo(*spot.container.find(*root), spot.position));
        if (editIt)
            plan.editColumn = isMap ? ValueTreeModel::NameColumn : ValueTreeModel::ValueColumn;
    }
    request(root, plan);
}

void InspectorTree::insert(int where, Value::Kind kind)
{
    const auto spot = spotFor(where);
    if (!spot || !nodeAt(spot->container))
        return;
    const Value fresh = freshAt(*spot, kind);
    // The fields of a new table or struct are edited one by one.
    insertValue(*spot, fresh, std::nullopt, !fresh.isContainer() || core::flatKind(fresh) == 0);
}

void InspectorTree::insertLikeCurrent()
{
    const auto spot = spotFor(1);
    const Value *container = spot ? nodeAt(spot->container) : nullptr;
    if (!container)
        return;
    const std::vector<Value::Kind> kinds = kindsAt(*spot);
    if (kinds.empty()) {
        Q_EMIT editRefused(tr("nothing can be added here"));
        return;
    }
    // What stands beside it is most likely what is wanted.
    const Value::Kind like = m_model->valueAt(m_view->currentIndex()).kind();
    const bool fits =
        m_view->currentIndex().isValid() && std::find(kinds.begin(), kinds.end(), like) != kinds.end();
    insert(1, fits ? like : kinds.front());
}

void InspectorTree::store()
{
    const auto place = flatPlaceAt(currentPath());
    const Value now = m_model->valueAt(m_view->currentIndex());
    if (!place || !place->blank || !core::isAbsent(now))
        return;
    // Where it has a default, that is what was meant until now.
    Value::Style style = now.style();
    style.flags &= ~core::AbsentField;
    replaceCurrent(now.isNull() ? *place->blank : now.withStyle(style));
}

void InspectorTree::remove()
{
    const ValuePath path = currentPath();
    if (path.isEmpty())
        return;
    const Value *parent = nodeAt(path.parent());
    const qsizetype position = parent ? core::positionOf(*parent, path.steps().back()) : -1;
    const auto root = core::removed(m_model->value(), path);
    Plan plan {path.parent()};
    if (root && position >= 0) {
        // What takes its place is current then, else what was before it.
        const Value *rest = path.parent().find(*root);
        const qsizetype next = std::min(position, core::childCount(*rest) - 1);
        if (next >= 0)
            plan.select = path.parent().child(core::stepTo(*rest, next));
    }
    request(root, plan);
}

void InspectorTree::move(int by)
{
    const ValuePath path = currentPath();
    const Value *parent = path.isEmpty() ? nullptr : nodeAt(path.parent());
    if (!parent)
        return;
    const qsizetype to = core::positionOf(*parent, path.steps().back()) + by;
    if (to < 0 || to >= core::childCount(*parent)) // at the end of its way
        return;
    const auto root = core::moved(m_model->value(), path, to);
    Plan plan;
    if (root)
        plan.select = path.parent().child(core::stepTo(*path.parent().find(*root), to));
    request(root, plan);
}

void InspectorTree::changeType(Value::Kind kind)
{
    const ValuePath path = m_view->currentIndex().isValid() ? currentPath() : ValuePath();
    request(core::retyped(m_model->value(), path, kind), {path});
}

void InspectorTree::replaceCurrent(const Value &value)
{
    const ValuePath path = m_view->currentIndex().isValid() ? currentPath() : ValuePath();
    request(core::replaced(m_model->value(), path, value), {path});
}

} // namespace slotscope::ui
