<?php
class Broken
{
    public function fine(): int { return helper(1); }
    public function half( { = }
}
function after_error() { return (new Broken)->fine(); }
