"""A made-up shop, written in a hurry: what csq review finds in it is on purpose."""

import sqlite3
import subprocess

import yaml
from flask import Flask, redirect, request, send_file

app = Flask(__name__)
database = sqlite3.connect("shop.db", check_same_thread=False)


def settings():
    with open("settings.yml") as stream:
        return yaml.load(stream, Loader=yaml.Loader)


def find(words):
    query = f"SELECT id, name, price FROM goods WHERE name LIKE '%{words}%'"
    return database.execute(query).fetchall()


@app.route("/search")
def search():
    return {"goods": find(request.args["q"])}


@app.route("/order/<int:number>")
def order(number):
    return {"order": database.execute("SELECT * FROM orders WHERE id = ?", (number,)).fetchone()}


@app.route("/invoice")
def invoice():
    name = request.args["name"]
    subprocess.run(f"render-invoice {name} > /srv/invoices/out.pdf", shell=True)
    return send_file("/srv/invoices/" + name)


@app.route("/leave")
def leave():
    return redirect(request.args["to"])


if __name__ == "__main__":
    app.run(debug=True)
