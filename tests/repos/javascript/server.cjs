'use strict';

var http = require('http'),
  { METHODS, STATUS_CODES: codes } = require('node:http');
const join = require('path').join;
require('dotenv').config();
require('./side');

var app = exports = module.exports = {};

/**
 * Starts to listen.
 */
app.listen = function listen(port) {
  var server = http.createServer(this);
  return server.listen(port, onListening);

  function onListening() {
    console.log(codes[200]);
  }
};

function Router(options) {
  if (!(this instanceof Router)) return new Router(options);
  this.handle = function (request) {
    return METHODS.includes(request.method);
  };
}

// Routes one request.
Router.prototype.route = function (path) {
  return join('/', path);
};

Router.prototype.param = (name) => name;

Layer.prototype = {
  match(path) {
    return path;
  },
  route: function () {},
};

exports.Router = Router;
exports.create = (options) => new Router(options);
module.exports.version = function () {
  return `v${app.version}`;
};
exports.routers = [require('./users'), require('./carts')];
app.use('/carts', require('./carts'));
define(['jquery'], function ($) {
  $.fn.carousel = function () {
    return this.each(() => tag`x`);
  };
});
