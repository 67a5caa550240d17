"""The engine: numbers that remember how they were computed, and the chain rule. Read the files in this order.

value.py    `Value`, a number with arithmetic; `apply_row`, where a row of the table makes a new node; `backward`
node.py     what a node stores: a number, and the step that made it
order.py    the topological order: every node after its parents
sweep.py    the chain rule, δ[parent] += δ[node]·∂node/∂parent, from the root down; also on Values; and forward
scope.py    the layer call in which a node is made, and the comparisons that a recording collects
../table    the functions, their partials and their domains, as rows: see arithmetic.py and rows.py there
"""
