// SPDX-License-Identifier: GPL-3.0-or-later
//
// The menu of the tree, its keys, and the clipboard.
#include "core/codec/cbor.h"
#include "core/codec/cbordiagnostic.h"
#include "core/codec/flatbuffers/flatfields.h"
#include "core/value/notation.h"
#include "core/value/recordstyle.h"
#include "core/value/valueedit.h"
#include "core/value/valuetext.h"
#include "ui/models/valuekinds.h"
#include "ui/models/valuetreemodel.h"
#include "ui/panels/inspectortree.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QMenu>
#include <QMimeData>
#include <QTreeView>

namespace slotscope::ui {

using core::Value;
using core::ValuePath;

namespace {

// A node with its key as notation, `[value]` or `[value, key]`, beside the text for other programs.
const QString NodeMime = QStringLiteral("application/x-slotscope-node");

struct Pasted
{
    Value value;
    std::optional<Value> key;
};

// Of a text from another program: notation where it is such.
Value valueOf(const QString &text)
{
    const auto value = core::fromNotation(text.toUtf8());
    return value ? *value : Value::text(text);
}

} // namespace

QAction *InspectorTree::addAction(const QString &text, const QKeySequence &keys, void (InspectorTree::*run)())
{
    auto *action = new QAction(text, this);
    action->setShortcut(keys);
    // Only where the tree itself has the keys: in its editors they belong to the text.
    action->setShortcutContext(Qt::WidgetShortcut);
    m_view->addAction(action);
    connect(action, &QAction::triggered, this, run);
    return action;
}

void InspectorTree::makeActions()
{
    m_edit = addAction(tr("&Edit"), Qt::Key_F2, &InspectorTree::editValue);
    m_edit->setShortcuts(
        {QKeySequence(Qt::Key_F2), QKeySequence(Qt::Key_Return), QKeySequence(Qt::Key_Enter)});
    m_editInWindow = addAction(tr("Edit in a &window …"), QKeySequence(Qt::SHIFT | Qt::Key_Return),
                               &InspectorTree::editInWindow);
    m_rename = addAction(tr("Re&name"), QKeySequence(Qt::SHIFT | Qt::Key_F2), &InspectorTree::rename);
    m_insert = addAction(tr("&Insert behind"), Qt::Key_Insert, &InspectorTree::insertLikeCurrent);
    m_remove = addAction(tr("&Remove"), QKeySequence::Delete, &InspectorTree::remove);
    m_store = addAction(tr("&Store the field"), {}, &InspectorTree::store);
    m_moveUp = addAction(tr("Move &up"), QKeySequence(Qt::ALT | Qt::Key_Up), &InspectorTree::moveUp);
    m_moveDown = addAction(tr("Move &down"), QKeySequence(Qt::ALT | Qt::Key_Down), &InspectorTree::moveDown);
    m_copy = addAction(tr("&Copy value"), QKeySequence::Copy, &InspectorTree::copyValue);
    m_copyPath = addAction(tr("Copy &path"), {}, &InspectorTree::copyPath);
    m_copyNotation = addAction(tr("Copy as n&otation"), {}, &InspectorTree::copyNotation);
    m_copyDiagnostic = addAction(tr("Copy as CBOR &diagnostic notation"), {}, &InspectorTree::copyDiagnostic);
    m_paste = addAction(tr("Paste o&ver"), QKeySequence::Paste, &InspectorTree::pasteOver);
    m_pasteBehind = addAction(tr("Paste &behind"), QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_V),
                              &InspectorTree::pasteBehind);
    updateActions();
}

void InspectorTree::updateActions()
{
    const QModelIndex current = m_view->currentIndex();
    const bool editable = m_model->isEditable() && !m_model->isFixed(current);
    const ValuePath path = currentPath();
    const bool isNode = current.isValid();
    const bool isPart = isNode && !path.isEmpty();
    const Value *parent = isPart ? nodeAt(path.parent()) : nullptr;
    const bool hasOrder =
        parent && parent->kind() != Value::Kind::Tag && parent->kind() != Value::Kind::Opaque;
    const Value node = m_model->valueAt(current);
    m_edit->setEnabled(editable && isNode);
    m_editInWindow->setEnabled(editable && isNode && node.kind() != Value::Kind::Opaque);
    // Fields of FlatBuffers have the names, the order and the places that the schema gives them.
    const auto place = isPart ? flatPlaceAt(path) : std::nullopt;
    const bool isField =
        parent && (flatKind(*parent) == core::FlatTable || flatKind(*parent) == core::FlatStruct);
    const bool absent = core::isAbsent(node);
    m_rename->setEnabled(editable && m_model->hasOwnName(current) && !isField);
    m_insert->setEnabled(editable && !isField && spotFor(1).has_value());
    m_remove->setText(isField ? tr("Make abse&nt") : tr("&Remove"));
    m_remove->setEnabled(editable && hasOrder
                         && (!isField || (place && place->isTableField && !place->isRequired && !absent)));
    m_store->setVisible(isField);
    m_store->setEnabled(editable && absent && place && place->blank);
    // Also at the end of the way: otherwise the key would go on to the tree, and select something else.
    m_moveUp->setEnabled(editable && hasOrder && !isField);
    m_moveDown->setEnabled(editable && hasOrder && !isField);
    m_copyPath->setEnabled(isPart);
    m_paste->setEnabled(editable);
    m_pasteBehind->setEnabled(editable && !isField && spotFor(1).has_value());
}

void InspectorTree::addKindMenu(QMenu *menu, const QString &text, int where)
{
    const auto spot = m_model->isEditable() ? spotFor(where) : std::nullopt;
    const std::vector<Value::Kind> kinds = spot ? kindsAt(*spot) : std::vector<Value::Kind>();
    QMenu *kindMenu = menu->addMenu(text);
    kindMenu->setEnabled(!kinds.empty());
    for (const Value::Kind kind : kinds)
        kindMenu->addAction(kindName(kind), this, [this, where, kind] { insert(where, kind); });
}

void InspectorTree::addTypeMenu(QMenu *menu)
{
    const bool isPart = m_view->currentIndex().isValid() && !currentPath().isEmpty();
    QMenu *typeMenu =
        menu->addMenu(isPart ? tr("Change &type to") : tr("Change &type of the whole value to"));
    if (m_model->isEditable() && !m_model->isFixed(m_view->currentIndex())) {
        const Value node = isPart ? m_model->valueAt(m_view->currentIndex()) : m_model->value();
        const Value *parent = isPart ? nodeAt(currentPath().parent()) : nullptr;
        const std::vector<Value::Kind> kinds = parent ? kindsInside(m_codec, *parent) : kindsOfWhole(m_codec);
        for (const Value::Kind kind : kinds) {
            if (kind == node.kind())
                continue;
            QAction *action = typeMenu->addAction(kindName(kind), this, [this, kind] { changeType(kind); });
            const auto converted = core::converted(node, kind);
            action->setEnabled(converted.hasValue());
            if (!converted) {
                action->setToolTip(converted.error());
                typeMenu->setToolTipsVisible(true);
            }
        }
    }
    typeMenu->setEnabled(!typeMenu->isEmpty());
}

void InspectorTree::fillMenu(QMenu *menu)
{
    updateActions();
    const bool isNode = m_view->currentIndex().isValid();
    if (isNode) {
        menu->addActions({m_edit, m_editInWindow, m_rename});
        menu->addSeparator();
        menu->addAction(m_insert);
        addKindMenu(menu, tr("Insert in &front"), -1);
        addKindMenu(menu, tr("Insert be&hind"), 1);
        addKindMenu(menu, tr("&Add inside"), 0);
        menu->addActions({m_store, m_remove});
        menu->addSeparator();
        menu->addActions({m_moveUp, m_moveDown});
    } else {
        addKindMenu(menu, tr("&Add"), 0);
    }
    addTypeMenu(menu);
    menu->addSeparator();
    menu->addActions({m_copy, m_copyNotation});
    if (m_codec.type().value == core::ValueType::Cbor)
        menu->addAction(m_copyDiagnostic);
    if (isNode)
        menu->addAction(m_copyPath);
    menu->addActions({m_paste, m_pasteBehind});
    menu->addSeparator();
    menu->addAction(tr("E&xpand all"), m_view, &QTreeView::expandAll);
    menu->addAction(tr("Co&llapse all"), m_view, &QTreeView::collapseAll);
    Q_EMIT menuFilled(menu);
}

void InspectorTree::copyValue()
{
    const QModelIndex current = m_view->currentIndex();
    const Value value = current.isValid() ? m_model->valueAt(current) : m_model->value();
    core::ValueList node {value};
    if (m_model->hasOwnName(current))
        node.push_back(*currentPath().steps().back().key);
    auto *mime = new QMimeData;
    mime->setText(value.isNull() ? QStringLiteral("null") : core::editText(value));
    mime->setData(NodeMime, core::toNotation(Value::array(std::move(node))));
    QGuiApplication::clipboard()->setMimeData(mime);
}

void InspectorTree::copyPath()
{
    QGuiApplication::clipboard()->setText(currentPath().toString());
}

void InspectorTree::copyNotation()
{
    const QModelIndex current = m_view->currentIndex();
    const Value value = current.isValid() ? m_model->valueAt(current) : m_model->value();
    QGuiApplication::clipboard()->setText(QString::fromUtf8(core::toNotation(value)));
}

void InspectorTree::copyDiagnostic()
{
    const QModelIndex current = m_view->currentIndex();
    const Value value = current.isValid() ? m_model->valueAt(current) : m_model->value();
    const auto bytes = core::cborCodec().encode(value);
    if (!bytes) {
        // A reference to something outside of it.
        Q_EMIT editRefused(tr("it cannot be written alone: %1").arg(bytes.error().what));
        return;
    }
    if (const auto text = core::cborDiagnostic(*bytes))
        QGuiApplication::clipboard()->setText(*text);
}

void InspectorTree::paste(bool behind)
{
    const QMimeData *mime = QGuiApplication::clipboard()->mimeData();
    if (!mime || !m_model->isEditable() || m_model->isFixed(m_view->currentIndex()))
        return;
    std::optional<Pasted> pasted;
    if (const auto node = core::fromNotation(mime->data(NodeMime)); node && !node->items().empty()) {
        pasted = Pasted {node->items().front(), std::nullopt};
        if (node->items().size() > 1)
            pasted->key = node->items()[1];
    }
    const QString text = mime->text();
    if (!pasted && text.isEmpty())
        return;
    if (!behind) {
        const QModelIndex current = m_view->currentIndex();
        const Value before = current.isValid() ? m_model->valueAt(current) : m_model->value();
        if (!pasted) {
            // As what is there, where it fits; else as what it is.
            const auto value = core::parseLike(before, text);
            pasted = Pasted {value ? *value : valueOf(text), std::nullopt};
        }
        replaceCurrent(pasted->value);
        return;
    }
    const auto spot = spotFor(1);
    const Value *container = spot ? nodeAt(spot->container) : nullptr;
    if (!container)
        return;
    if (!pasted)
        pasted = Pasted {valueOf(text), std::nullopt};
    // A copy beside its original gets a key of its own.
    const bool taken = pasted->key
        && std::any_of(container->members().begin(), container->members().end(),
                       [&pasted](const core::Member &member) { return member.key == *pasted->key; });
    insertValue(*spot, pasted->value, taken ? std::nullopt : pasted->key, taken);
}

} // namespace slotscope::ui
